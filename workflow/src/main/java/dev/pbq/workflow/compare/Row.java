package dev.pbq.workflow.compare;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.Optional;

/**
 * One row of a comparison: a model that was measured, one that failed, or figures that were given.
 */
public sealed interface Row {
  /** What it is called. */
  String label();

  /**
   * The directory of the model; of a failed row, where it would have been; of given figures, empty.
   */
  String directory();

  /** With whose mark it is drawn; null of the full-precision model. */
  String series();

  /** What it is drawn by, as far as it has it. */
  default Figures figures() {
    return Figures.NONE;
  }

  /** The row, if it was measured. */
  default Optional<Done> done() {
    return Optional.empty();
  }

  /**
   * A model that was measured.
   *
   * @param fingerprint SHA-256 of what shapes the quantization; null of a model that was there
   * @param size bits and bytes
   * @param cost of quantizing; null of a model that was there
   * @param scores what was measured
   */
  @JsonPropertyOrder({"label", "series", "directory", "fingerprint", "size", "cost", "scores"})
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Done(
      String label,
      String series,
      String directory,
      String fingerprint,
      Size size,
      Cost cost,
      Scores scores)
      implements Row {
    @Override
    public Optional<Done> done() {
      return Optional.of(this);
    }

    @Override
    public Figures figures() {
      return new Figures(
          size.storedBits(),
          size.modelBytes(),
          scores.perplexity().isEmpty() ? null : scores.perplexity().get(0).perplexity(),
          scores.fromOriginal().map(d -> d.statistics().kl().mean()).orElse(null));
    }

    /** What quantizing cost; empty of a model that was there. */
    public Optional<Cost> quantizing() {
      return Optional.ofNullable(cost);
    }
  }

  /** Figures that were given, not measured. */
  @JsonPropertyOrder({"label", "series", "given"})
  record Given(String label, String series, @JsonProperty("given") Figures figures) implements Row {
    @Override
    public String directory() {
      return "";
    }
  }

  /**
   * What a row is drawn by; null where there is none.
   *
   * @param bits stored per weight of the linears
   * @param bytes of the whole model
   * @param perplexity of the first text
   * @param kl mean distance from the original, nats per token
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Figures(Double bits, Long bytes, Double perplexity, Double kl) {
    static final Figures NONE = new Figures(null, null, null, null);
  }

  /**
   * A model that failed.
   *
   * @param failure why, in one line
   */
  @JsonPropertyOrder({"label", "series", "directory", "fingerprint", "failure"})
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Failed(String label, String series, String directory, String fingerprint, String failure)
      implements Row {}

  /**
   * Bits and bytes.
   *
   * @param paperBits bits per quantized weight as the method's paper counts; null of a model that
   *     was there, made by who knows what
   * @param storedBits bits per quantized weight as stored
   * @param modelBits bits per parameter of the whole model
   * @param modelBytes bytes of all weight files
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Size(
      @JsonProperty("paper_bits") Double paperBits,
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
