package dev.pbq.cli.compare;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;

/**
 * One row of the comparison.
 *
 * @param label what it is called
 * @param directory of the model
 * @param fingerprint of its recipe; null of the full-precision model
 * @param size its bits and bytes; null if it failed before they were known
 * @param cost of quantizing; null of the full-precision model or if it failed
 * @param scores null if it failed
 * @param failure why it failed; null if it did not
 */
@JsonPropertyOrder({"label", "directory", "fingerprint", "failure", "size", "cost", "scores"})
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Row(
    String label,
    String directory,
    String fingerprint,
    Size size,
    Cost cost,
    Scores scores,
    String failure) {
  /**
   * Bits and bytes.
   *
   * @param paperBits bits per quantized weight as the method's paper counts
   * @param storedBits bits per quantized weight as stored
   * @param modelBits bits per parameter of the whole model
   * @param modelBytes bytes of all weight files
   */
  public record Size(
      @JsonProperty("paper_bits") double paperBits,
      @JsonProperty("stored_bits") double storedBits,
      @JsonProperty("model_bits") double modelBits,
      @JsonProperty("model_bytes") long modelBytes) {}

  /**
   * Cost of quantizing.
   *
   * @param seconds wall time of all blocks, over all sessions
   * @param peakRssBytes largest resident set of the process that did it, which did nothing else;
   *     null where the system does not tell
   */
  public record Cost(double seconds, @JsonProperty("peak_rss_bytes") Long peakRssBytes) {}
}
