package dev.pbq.eval.distance;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.pbq.eval.MeanAndError;

/**
 * Two models' perplexities on the same tokens. The tokens are paired: what is hard for one model is
 * hard for the other, so the ratio is known far better than either perplexity. As {@code
 * llama-perplexity --kl-divergence} computes it: var(ln ratio) = var(nll) + var(reference nll) - 2
 * cov.
 *
 * @param reference of the original
 * @param referenceStderr to first order: perplexity * standard error of the mean nll
 * @param model of the model under test
 * @param modelStderr as before
 * @param logRatio mean nll - mean reference nll, nats
 * @param logRatioStderr of the paired differences
 * @param ratio model / reference
 * @param ratioStderr to first order: ratio * logRatioStderr
 * @param difference model - reference
 * @param differenceStderr to first order, with the covariance
 * @param correlation of the two nll over tokens; 0 where one of them does not vary
 */
@JsonPropertyOrder({
  "reference",
  "reference_stderr",
  "model",
  "model_stderr",
  "log_ratio",
  "log_ratio_stderr",
  "ratio",
  "ratio_stderr",
  "difference",
  "difference_stderr",
  "correlation"
})
public record PerplexityRatio(
    double reference,
    @JsonProperty("reference_stderr") double referenceStderr,
    double model,
    @JsonProperty("model_stderr") double modelStderr,
    @JsonProperty("log_ratio") double logRatio,
    @JsonProperty("log_ratio_stderr") double logRatioStderr,
    double ratio,
    @JsonProperty("ratio_stderr") double ratioStderr,
    double difference,
    @JsonProperty("difference_stderr") double differenceStderr,
    double correlation) {
  /** Of at least one token's negative log-likelihoods, in the same order. */
  public static PerplexityRatio of(double[] referenceNll, double[] nll) {
    int n = nll.length;
    if (referenceNll.length != n) {
      throw new IllegalArgumentException(referenceNll.length + " and " + n + " tokens");
    }
    MeanAndError first = MeanAndError.of(referenceNll);
    MeanAndError second = MeanAndError.of(nll);
    double[] change = new double[n];
    double products = 0;
    for (int i = 0; i < n; i++) {
      change[i] = nll[i] - referenceNll[i];
      products += (referenceNll[i] - first.mean()) * (nll[i] - second.mean());
    }
    // Covariance of the two means, as their variances are squares of standard errors.
    double covariance = n == 1 ? 0 : products / (n - 1) / n;
    double a = first.standardError();
    double b = second.standardError();
    MeanAndError paired = MeanAndError.of(change);
    double reference = Math.exp(first.mean());
    double model = Math.exp(second.mean());
    double ratio = Math.exp(paired.mean());
    double variance =
        square(reference * a) + square(model * b) - 2 * reference * model * covariance;
    return new PerplexityRatio(
        reference,
        reference * a,
        model,
        model * b,
        paired.mean(),
        paired.standardError(),
        ratio,
        ratio * paired.standardError(),
        model - reference,
        Math.sqrt(Math.max(0, variance)),
        a == 0 || b == 0 ? 0 : covariance / (a * b));
  }

  private static double square(double x) {
    return x * x;
  }
}
