package dev.pbq.workflow.compare;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.Optional;

/** One row of a comparison: a model that was measured, or a quantization that failed. */
public sealed interface Row {
  /** What it is called. */
  String label();

  /** The directory of the model; of a failed row, where it would have been. */
  String directory();

  /** SHA-256 of what shapes the quantization; null of the full-precision model. */
  String fingerprint();

  /** The row, if it was measured. */
  default Optional<Done> done() {
    return Optional.empty();
  }

  /**
   * A model that was measured.
   *
   * @param fingerprint null of the full-precision model
   * @param size bits and bytes
   * @param cost of quantizing; null of the full-precision model
   * @param scores what was measured
   */
  @JsonPropertyOrder({"label", "directory", "fingerprint", "size", "cost", "scores"})
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Done(
      String label, String directory, String fingerprint, Size size, Cost cost, Scores scores)
      implements Row {
    @Override
    public Optional<Done> done() {
      return Optional.of(this);
    }

    /** What quantizing cost; empty of the full-precision model. */
    public Optional<Cost> quantizing() {
      return Optional.ofNullable(cost);
    }
  }

  /**
   * A quantization that failed.
   *
   * @param failure why, in one line
   */
  @JsonPropertyOrder({"label", "directory", "fingerprint", "failure"})
  record Failed(String label, String directory, String fingerprint, String failure)
      implements Row {}

  /**
   * Bits and bytes.
   *
   * @param paperBits bits per quantized weight as the method's paper counts
   * @param storedBits bits per quantized weight as stored
   * @param modelBits bits per parameter of the whole model
   * @param modelBytes bytes of all weight files
   */
  record Size(
      @JsonProperty("paper_bits") double paperBits,
      @JsonProperty("stored_bits") double storedBits,
      @JsonProperty("model_bits") double modelBits,
      @JsonProperty("model_bytes") long modelBytes) {}

  /**
   * Cost of quantizing.
   *
   * @param seconds wall time of all blocks, over all sessions
   * @param peakRssBytes largest resident set of the process that did it, which did nothing else;
   *     null where the operating system does not report it
   */
  record Cost(double seconds, @JsonProperty("peak_rss_bytes") Long peakRssBytes) {}
}
