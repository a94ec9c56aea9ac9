package dev.pbq.arb.fit;

import dev.pbq.core.tensor.DoubleMatrix;

/**
 * Alternating refined binarization, ARB (arXiv 2410.03129): starting from {@link MeanBinarizer},
 * each iteration takes the best shift, the best scales and the nearest signs in turn, so the
 * squared error never rises (with eps = 0). Order 1 is Lloyd's 2-means of each row with levels mu -
 * a and mu + a.
 *
 * <p>The updates are those of the paper; the sums they need are taken once, when the signs are set:
 * with D = V - mu and a new shift mu + delta, sum B (V - mu - delta) = sum B D - delta sum B.
 *
 * @param iterations T; 0 leaves the start
 * @param eps what is added to denominators; 0 is the exact least-squares update, the released code
 *     has 1e-8
 */
public record AlternatingFitter(int iterations, double eps) implements GroupFitter {
  public AlternatingFitter {
    SafeDivision.requireValid(iterations, eps);
  }

  @Override
  public RowFit fit(DoubleMatrix v, Groups groups, int group, SignPlanes signs) {
    return RowSweep.fit(v, groups, group, signs, this::rowMethod);
  }

  RowMethod rowMethod() {
    MeanBinarizer start = new MeanBinarizer(true);
    PairSums pairs = new PairSums();
    return row -> {
      start.binarize(row);
      if (row.order == 1) {
        refineOnePlane(row);
      } else {
        refineTwoPlanes(row, pairs);
      }
    };
  }

  private void refineOnePlane(MemberRow row) {
    int c = row.count;
    double[] v = row.v;
    double mu = row.mu;
    double a = row.a1;
    for (int t = 0; t < iterations; t++) {
      // B = sign(V - mu) throughout, so sum B (V - mu) is the sum of magnitudes. Pairs of sums
      // halve the chain of dependent additions.
      double sum = 0;
      double sumNext = 0;
      double magnitudes = 0;
      double magnitudesNext = 0;
      int positive = 0;
      int x = 0;
      for (; x + 1 < c; x += 2) {
        double d = v[x] - mu;
        double dNext = v[x + 1] - mu;
        sum += d;
        sumNext += dNext;
        magnitudes += Math.abs(d);
        magnitudesNext += Math.abs(dNext);
        positive += MemberRow.positive(d) + MemberRow.positive(dNext);
      }
      if (x < c) {
        double d = v[x] - mu;
        sum += d;
        magnitudes += Math.abs(d);
        positive += MemberRow.positive(d);
      }
      double signs = 2 * positive - c;
      double delta = (sum + sumNext - a * signs) / c;
      a = SafeDivision.divide(magnitudes + magnitudesNext - delta * signs, c, eps);
      mu += delta;
    }
    row.mu = mu;
    row.a1 = a;
    for (int x = 0; x < c; x++) {
      row.code[x] = (byte) MemberRow.positive(v[x] - mu);
    }
  }

  private void refineTwoPlanes(MemberRow row, PairSums sums) {
    int c = row.count;
    sums.ofCodes(row);
    for (int t = 0; t < iterations; t++) {
      double delta = (sums.d() - row.a1 * sums.b1() - row.a2 * sums.b2()) / c;
      row.mu += delta;
      row.a1 = SafeDivision.divide(sums.b1d() - delta * sums.b1() - row.a2 * sums.b1b2(), c, eps);
      row.a2 = SafeDivision.divide(sums.b2d() - delta * sums.b2() - row.a1 * sums.b1b2(), c, eps);
      sums.ofNearest(row);
    }
  }
}
