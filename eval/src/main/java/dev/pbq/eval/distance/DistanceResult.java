package dev.pbq.eval.distance;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.annotation.JsonUnwrapped;

/**
 * One distance with everything needed to repeat it; one entry of {@code results} in {@code --json},
 * where the keys of the parts stand side by side.
 *
 * @param model as the user named it
 * @param reference as the user named it
 * @param text that both were run on
 * @param tokenizer fingerprint of the model's
 * @param referenceWeights fingerprint of the reference's folder
 * @param actFormat number formats that the model's products were computed in; null for float32
 * @param statistics the distance
 * @param seconds wall time, of which the reference's part is 0 if it was cached
 * @param referenceSeconds wall time of running the reference
 */
@JsonPropertyOrder({
  "model",
  "reference",
  "text",
  "tokenizer",
  "reference_weights",
  "act_format",
  "statistics",
  "reference_seconds",
  "seconds"
})
public record DistanceResult(
    String model,
    String reference,
    @JsonUnwrapped ComparedText text,
    String tokenizer,
    @JsonProperty("reference_weights") String referenceWeights,
    @JsonProperty("act_format") @JsonInclude(JsonInclude.Include.NON_NULL) String actFormat,
    @JsonUnwrapped DistanceStatistics statistics,
    @JsonProperty("reference_seconds") double referenceSeconds,
    double seconds) {
  /** Name or file of the text. */
  public String dataset() {
    return text.dataset();
  }

  /** Tokens per window. */
  public int seqlen() {
    return text.seqlen();
  }

  /** How many windows. */
  public int windows() {
    return text.windows();
  }
}
