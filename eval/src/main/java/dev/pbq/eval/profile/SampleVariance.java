package dev.pbq.eval.profile;

import java.nio.FloatBuffer;

/**
 * The variance over samples as the reference merges them: for each sample of n_b values with mean
 * m_b and unbiased variance v_b, delta = m_b - mean; mean += delta n_b / (n + n_b); M += v_b n_b +
 * delta^2 n n_b / (n + n_b); n += n_b; the variance is M / n. A sample's values may come in pieces
 * and several samples in one, as batches happen to be cut: the result does not depend on that.
 */
final class SampleVariance {
  private Moments sample = new Moments();
  private long count;
  private double mean;
  private double sum;

  /**
   * Adds values.
   *
   * @param values from position 0 to the limit
   * @param sampleSize values of every sample
   */
  void add(FloatBuffer values, long sampleSize) {
    int from = 0;
    while (from < values.limit()) {
      int to = (int) Math.min(values.limit(), from + sampleSize - sample.count());
      sample.add(values, from, to);
      from = to;
      if (sample.count() == sampleSize) {
        merge();
      }
    }
  }

  private void merge() {
    double n = sample.count();
    double total = count + n;
    double delta = sample.mean() - mean;
    mean += delta * n / total;
    sum += sample.variance() * n + delta * delta * count * n / total;
    count += sample.count();
    sample = new Moments();
  }

  /** The variance of all samples. */
  double variance() {
    if (count == 0 || sample.count() != 0) {
      throw new IllegalStateException("the last sample is not complete");
    }
    return sum / count;
  }
}
