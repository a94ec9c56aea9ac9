package dev.pbq.eval.distance;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;

/**
 * The distance between two models over all tokens of a text; one standard error is given with each
 * mean, tokens taken as independent.
 *
 * @param tokens how many were predicted
 * @param kl KL(reference || model) of each token, nats
 * @param sameTop share of tokens whose most likely token is the same, 0 .. 1
 * @param sameTopStderr of a share: sqrt(s (1 - s) / (tokens - 1))
 * @param probability change of the correct token's probability
 * @param perplexity of both
 */
@JsonPropertyOrder({
  "tokens",
  "kl",
  "same_top",
  "same_top_stderr",
  "probability_change",
  "perplexity"
})
public record DistanceStatistics(
    int tokens,
    Distribution kl,
    @JsonProperty("same_top") double sameTop,
    @JsonProperty("same_top_stderr") double sameTopStderr,
    @JsonProperty("probability_change") ProbabilityChange probability,
    PerplexityRatio perplexity) {
  /** Of at least one token. */
  public static DistanceStatistics of(TokenDistances tokens) {
    int n = tokens.size();
    double same = (double) tokens.sameTopCount() / n;
    return new DistanceStatistics(
        n,
        Distribution.of(tokens.divergences()),
        same,
        n == 1 ? 0 : Math.sqrt(same * (1 - same) / (n - 1)),
        ProbabilityChange.of(tokens.probabilityChanges()),
        PerplexityRatio.of(tokens.referenceNll(), tokens.nll()));
  }
}
