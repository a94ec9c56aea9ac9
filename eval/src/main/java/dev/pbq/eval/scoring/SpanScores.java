package dev.pbq.eval.scoring;

/**
 * The likelihoods of spans under a model.
 *
 * @param nll [spans][scored tokens]: negative log-likelihoods, in nats
 * @param greedy [spans]: whether every scored token is the model's most likely one
 * @param sequences how many sequences were run: spans with a common beginning share one
 * @param tokens how many tokens were run, padding left out
 */
public record SpanScores(float[][] nll, boolean[] greedy, int sequences, long tokens) {

  /** The sum of a span's negative log-likelihoods. */
  public double total(int span) {
    double sum = 0;
    for (float v : nll[span]) {
      sum += v;
    }
    return sum;
  }
}
