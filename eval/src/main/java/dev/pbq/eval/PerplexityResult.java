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
 * @param protocol {@code gptq}, {@code hf-stride}, {@code lm-eval} or {@code llamacpp}: how text
 *     was cut, what was scored and what was averaged
 * @param seqlen tokens per window; of lm-eval the longest sequence
 * @param stride how far windows advance; null where they are disjoint
 * @param windows how many
 * @param tokens of all windows, as often as they are run
 * @param scoredTokens tokens whose likelihood counts
 * @param nll the protocol's mean of the negative log-likelihood, nats: per token, of lm-eval per
 *     word
 * @param nllStderr standard error of that mean: over windows, of llamacpp over tokens, of lm-eval
 *     over documents
 * @param perplexity exp(nll)
 * @param stderr standard error of the perplexity, to first order: perplexity * nllStderr
 * @param bos where BOS tokens stand
 * @param perWord of lm-eval; null for others
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
  "stride",
  "windows",
  "tokens",
  "scored_tokens",
  "nll",
  "nll_stderr",
  "perplexity",
  "stderr",
  "per_word",
  "bos",
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
    @JsonInclude(JsonInclude.Include.NON_NULL) Integer stride,
    int windows,
    long tokens,
    @JsonProperty("scored_tokens") long scoredTokens,
    double nll,
    @JsonProperty("nll_stderr") double nllStderr,
    double perplexity,
    double stderr,
    @JsonProperty("per_word") @JsonInclude(JsonInclude.Include.NON_NULL) WordPerplexity perWord,
    String bos,
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

  /**
   * What was measured and how; the components are those of {@link PerplexityResult}.
   *
   * @param stride null where windows are disjoint
   */
  public record Setting(
      String model,
      String dataset,
      String protocol,
      int seqlen,
      Integer stride,
      int windows,
      long tokens,
      long scoredTokens,
      String bos,
      String joined,
      String textSha256,
      long textTokens,
      List<Integer> firstTokens,
      String tokenizer) {
    public Setting {
      firstTokens = List.copyOf(firstTokens);
    }
  }

  /**
   * The result of a measurement in float32.
   *
   * @param perWord null where perplexity is by tokens
   */
  public static PerplexityResult of(
      Setting setting, MeanAndError nll, WordPerplexity perWord, double seconds) {
    double perplexity = Math.exp(nll.mean());
    return new PerplexityResult(
        setting.model,
        setting.dataset,
        setting.protocol,
        setting.seqlen,
        setting.stride,
        setting.windows,
        setting.tokens,
        setting.scoredTokens,
        nll.mean(),
        nll.standardError(),
        perplexity,
        perplexity * nll.standardError(),
        perWord,
        setting.bos,
        setting.joined,
        setting.textSha256,
        setting.textTokens,
        setting.firstTokens,
        setting.tokenizer,
        seconds,
        null);
  }

  /** The same result, of a model run in number formats. */
  public PerplexityResult withActFormat(String name) {
    return new PerplexityResult(
        model,
        dataset,
        protocol,
        seqlen,
        stride,
        windows,
        tokens,
        scoredTokens,
        nll,
        nllStderr,
        perplexity,
        stderr,
        perWord,
        bos,
        joined,
        textSha256,
        textTokens,
        firstTokens,
        tokenizer,
        seconds,
        name);
  }
}
