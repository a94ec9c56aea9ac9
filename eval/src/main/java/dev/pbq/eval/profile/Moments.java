package dev.pbq.eval.profile;

import java.nio.FloatBuffer;

/**
 * Count, mean and sum of squared deviations of values that come in pieces, in float64, merged as in
 * Chan, Golub and LeVeque (1979): exact whatever the pieces, but for rounding.
 */
final class Moments {
  private long count;
  private double mean;
  private double squares;

  /** Adds the values at [from, to). */
  void add(FloatBuffer values, int from, int to) {
    int n = to - from;
    if (n == 0) {
      return;
    }
    double sum = 0;
    for (int i = from; i < to; i++) {
      sum += values.get(i);
    }
    double pieceMean = sum / n;
    double pieceSquares = 0;
    for (int i = from; i < to; i++) {
      double d = values.get(i) - pieceMean;
      pieceSquares += d * d;
    }
    double delta = pieceMean - mean;
    long total = count + n;
    squares += pieceSquares + delta * delta * ((double) count * n / total);
    mean += delta * n / total;
    count = total;
  }

  long count() {
    return count;
  }

  double mean() {
    return mean;
  }

  /** The unbiased variance; of a single value, zero. */
  double variance() {
    return count < 2 ? 0 : squares / (count - 1);
  }
}
