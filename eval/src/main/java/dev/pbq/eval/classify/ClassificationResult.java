package dev.pbq.eval.classify;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;

/**
 * One accuracy with everything needed to repeat it; one entry of {@code results} in {@code --json}.
 *
 * @param model as the user named it
 * @param dataset name or file
 * @param examples texts that were classified
 * @param correct of these, rightly
 * @param accuracy correct / examples
 * @param stderr standard error of the accuracy: sample standard deviation over root n
 * @param majority accuracy of always giving the data's most frequent label
 * @param loss mean cross entropy of the right label, nats
 * @param labels how many the model knows
 * @param maxLength longest text in tokens, special ones included
 * @param truncated texts that were cut to it
 * @param dataSha256 over texts and labels
 * @param tokenizer its fingerprint
 * @param seconds wall time
 * @param actFormat the number formats that products were computed in; null for float32
 */
@JsonPropertyOrder({
  "model",
  "dataset",
  "examples",
  "correct",
  "accuracy",
  "stderr",
  "majority",
  "loss",
  "labels",
  "max_length",
  "truncated",
  "data_sha256",
  "tokenizer",
  "seconds",
  "act_format"
})
public record ClassificationResult(
    String model,
    String dataset,
    int examples,
    int correct,
    double accuracy,
    double stderr,
    double majority,
    double loss,
    int labels,
    @JsonProperty("max_length") int maxLength,
    int truncated,
    @JsonProperty("data_sha256") String dataSha256,
    String tokenizer,
    double seconds,
    @JsonProperty("act_format") @JsonInclude(JsonInclude.Include.NON_NULL) String actFormat) {}
