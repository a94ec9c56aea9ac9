package dev.pbq.eval.distance;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.annotation.JsonUnwrapped;

/**
 * One distance with everything needed to repeat it; one entry of {@code results} in {@code --json}.
 *
 * @param model as the user named it
 * @param reference as the user named it
 * @param dataset name or file
 * @param protocol how windows are cut: {@code gptq}
 * @param seqlen tokens per window
 * @param windows how many
 * @param joined how the text was put together
 * @param textSha256 of the text in UTF-8
 * @param tokensSha256 of all windows' token ids
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
  "dataset",
  "protocol",
  "seqlen",
  "windows",
  "joined",
  "text_sha256",
  "tokens_sha256",
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
    String dataset,
    String protocol,
    int seqlen,
    int windows,
    String joined,
    @JsonProperty("text_sha256") String textSha256,
    @JsonProperty("tokens_sha256") String tokensSha256,
    String tokenizer,
    @JsonProperty("reference_weights") String referenceWeights,
    @JsonProperty("act_format") @JsonInclude(JsonInclude.Include.NON_NULL) String actFormat,
    @JsonUnwrapped DistanceStatistics statistics,
    @JsonProperty("reference_seconds") double referenceSeconds,
    double seconds) {}
