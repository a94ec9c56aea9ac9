package dev.pbq.eval.distance;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;

/**
 * The text that two models were run on.
 *
 * @param dataset name or file
 * @param protocol how windows are cut: {@code gptq}
 * @param seqlen tokens per window
 * @param windows how many
 * @param joined how the text was put together
 * @param textSha256 of the text in UTF-8
 * @param tokensSha256 of all windows' token ids
 */
@JsonPropertyOrder({
  "dataset",
  "protocol",
  "seqlen",
  "windows",
  "joined",
  "text_sha256",
  "tokens_sha256"
})
public record ComparedText(
    String dataset,
    String protocol,
    int seqlen,
    int windows,
    String joined,
    @JsonProperty("text_sha256") String textSha256,
    @JsonProperty("tokens_sha256") String tokensSha256) {}
