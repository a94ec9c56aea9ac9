package dev.pbq.eval;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;

/**
 * A perplexity with its standard error.
 *
 * @param nll the protocol's mean of the negative log-likelihood, nats: per token, of lm-eval per
 *     word
 * @param nllStderr standard error of that mean: over windows, of llamacpp over tokens, of lm-eval
 *     over documents
 * @param perplexity exp(nll)
 * @param stderr standard error of the perplexity, to first order: perplexity * nllStderr
 * @param perWord of lm-eval; null for others
 */
@JsonPropertyOrder({"nll", "nll_stderr", "perplexity", "stderr", "per_word"})
public record PerplexityScore(
    double nll,
    @JsonProperty("nll_stderr") double nllStderr,
    double perplexity,
    double stderr,
    @JsonProperty("per_word") @JsonInclude(JsonInclude.Include.NON_NULL) WordPerplexity perWord) {
  /**
   * The score of a mean negative log-likelihood.
   *
   * @param nll mean and standard error, nats
   * @param perWord null where perplexity is by tokens
   */
  public static PerplexityScore of(MeanAndError nll, WordPerplexity perWord) {
    double perplexity = Math.exp(nll.mean());
    return new PerplexityScore(
        nll.mean(), nll.standardError(), perplexity, perplexity * nll.standardError(), perWord);
  }
}
