package dev.pbq.eval;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;

/**
 * One perplexity with everything needed to repeat it; one entry of {@code results} in {@code
 * --json}.
 *
 * @param model as the user named it
 * @param dataset name or file
 * @param protocol {@code gptq}
 * @param seqlen tokens per window
 * @param windows how many
 * @param tokens windows * seqlen
 * @param nll mean over windows of the mean negative log-likelihood, nats
 * @param nllStderr standard error of that mean over windows
 * @param perplexity exp(nll)
 * @param stderr standard error of the perplexity, to first order: perplexity * nllStderr
 * @param joined how the text was put together
 * @param textSha256 of the text in UTF-8
 * @param textTokens tokens of the whole text, with the special ones
 * @param firstTokens the first eight token ids: shows the BOS rule that was applied
 * @param tokenizer its fingerprint
 * @param seconds wall time
 * @param actFormat the number formats that products were computed in; null for float32
 */
@JsonPropertyOrder({
  "model",
  "dataset",
  "protocol",
  "seqlen",
  "windows",
  "tokens",
  "nll",
  "nll_stderr",
  "perplexity",
  "stderr",
  "joined",
  "text_sha256",
  "text_tokens",
  "first_tokens",
  "tokenizer",
  "seconds",
  "act_format"
})
public record PerplexityResult(
    String model,
    String dataset,
    String protocol,
    int seqlen,
    int windows,
    long tokens,
    double nll,
    @JsonProperty("nll_stderr") double nllStderr,
    double perplexity,
    double stderr,
    String joined,
    @JsonProperty("text_sha256") String textSha256,
    @JsonProperty("text_tokens") long textTokens,
    @JsonProperty("first_tokens") List<Integer> firstTokens,
    String tokenizer,
    double seconds,
    @JsonProperty("act_format") @JsonInclude(JsonInclude.Include.NON_NULL) String actFormat) {
  public PerplexityResult {
    firstTokens = List.copyOf(firstTokens);
  }

  /** The same result, of a model run in number formats. */
  public PerplexityResult withActFormat(String name) {
    return new PerplexityResult(
        model,
        dataset,
        protocol,
        seqlen,
        windows,
        tokens,
        nll,
        nllStderr,
        perplexity,
        stderr,
        joined,
        textSha256,
        textTokens,
        firstTokens,
        tokenizer,
        seconds,
        name);
  }
}
