package dev.pbq.eval.sensitivity;

import dev.pbq.core.parallel.Parallel;

/**
 * KL divergences between one distribution per token, the original's, and several others; as sums
 * over rows of logits. Keeps the original's probabilities, so that each comparison takes one
 * exponential per entry of the vocabulary.
 */
final class Divergence {
  private final int vocabulary;
  private float[] logProbabilities = new float[0];
  private float[] probabilities = new float[0];

  Divergence(int vocabulary) {
    this.vocabulary = vocabulary;
  }

  /**
   * Takes the original.
   *
   * @param logits [rows, vocabulary]; kept, and changed to log-probabilities
   */
  void reference(float[] logits, int rows) {
    logProbabilities = logits;
    if (probabilities.length < logits.length) {
      probabilities = new float[logits.length];
    }
    Parallel.forEach(
        rows,
        row -> {
          int from = row * vocabulary;
          double logSum = logSum(logits, from);
          for (int i = from; i < from + vocabulary; i++) {
            double log = logits[i] - logSum;
            logits[i] = (float) log;
            probabilities[i] = (float) Math.exp(log);
          }
        });
  }

  /**
   * The divergences of the reference's rows from others.
   *
   * @param logits [rows, vocabulary], as many rows as the reference has; only read
   * @return their sum, nats; not finite if a logit is not
   */
  double sum(float[] logits, int rows) {
    double[] divergences = new double[rows];
    Parallel.forEach(rows, row -> divergences[row] = row(logits, row * vocabulary));
    double sum = 0;
    for (double d : divergences) {
      sum += d;
    }
    return sum;
  }

  /** sum p (ln p - (x - log sum exp x)), written so that equal logits give 0. */
  private double row(float[] logits, int from) {
    double logSum = logSum(logits, from);
    double sum = 0;
    double mass = 0;
    for (int i = from; i < from + vocabulary; i++) {
      double p = probabilities[i];
      sum += p * ((double) logProbabilities[i] - logits[i]);
      mass += p;
    }
    return sum + mass * logSum;
  }

  private double logSum(float[] values, int from) {
    float largest = Float.NEGATIVE_INFINITY;
    for (int i = from; i < from + vocabulary; i++) {
      largest = Math.max(largest, values[i]);
    }
    double sum = 0;
    for (int i = from; i < from + vocabulary; i++) {
      sum += Math.exp((double) values[i] - largest);
    }
    return largest + Math.log(sum);
  }
}
