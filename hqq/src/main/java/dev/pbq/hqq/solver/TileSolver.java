package dev.pbq.hqq.solver;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Iterates the zero points of the groups of one tile (spec 1.3):
 *
 * <pre>
 * q = clamp(rint(w s + z)),  D = w - (q - z)/s,  E = shrink(D),  z = mean(q - (w - E) s)
 * </pre>
 *
 * <p>Where no error of the tile can exceed the threshold of the shrinkage, as is the rule for a
 * language model's weights, E is 0, and with u = w s the new zero point is (sum q - sum u)/g: the
 * sum of u never changes, that of q is exact, and |D| = |u + z - q|/s. A zero point that one
 * iteration leaves as it is then stays for ever, which ends the tile's work early without changing
 * any result.
 */
final class TileSolver {
  /** Rows after which sums in float32 are moved to float64. */
  private static final int BLOCK = 256;

  private static final int SUM_BLOCK = 16;

  private final SolverOptions options;
  private final float maxCode;
  private final double threshold;
  private final GroupTile tile;
  private final int n;
  private final float[] s;
  private final float[] z;
  private final float[] lo;
  private final float[] hi;
  private final double[] sumU;
  private final double[] sumQ;
  private final double[] sumE;
  private final float[] q;
  private final float[] e;

  /**
   * Takes the tile, whose rows become scaled weights.
   *
   * @param s inverse scales of all groups of the matrix
   * @param z zero points to start from, likewise
   */
  TileSolver(
      GroupTile tile, int maxCode, SolverOptions options, Ranges ranges, float[] s, float[] z) {
    this.options = options;
    this.maxCode = maxCode;
    // The smallest of all iterations: an annealed penalty lowers it.
    this.threshold = new Shrinkage(options.lpNorm(), options.beta(options.iters() - 1)).threshold();
    this.tile = tile;
    this.n = tile.lanes();
    int from = tile.first();
    this.s = Arrays.copyOfRange(s, from, from + n);
    this.z = Arrays.copyOfRange(z, from, from + n);
    this.lo = Arrays.copyOfRange(ranges.lo(), from, from + n);
    this.hi = Arrays.copyOfRange(ranges.hi(), from, from + n);
    this.sumU = new double[n];
    this.sumQ = new double[n];
    this.sumE = new double[n];
    this.q = new float[n];
    this.e = new float[n];
    scale(lo, this.s, n);
    scale(hi, this.s, n);
    for (int k = 0; k < tile.size(); k++) {
      scale(tile.row(k), this.s, n);
      addTo(q, tile.row(k), n);
      if (k % SUM_BLOCK == SUM_BLOCK - 1) {
        flush(q, sumU, n);
      }
    }
    flush(q, sumU, n);
  }

  /** Runs {@code count} iterations, the first of which is the {@code from}-th of the matrix. */
  TileTrace run(int from, int count) {
    double[] errors = new double[count];
    List<float[]> zeros = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      float[] before = z.clone();
      Bound bound = bound();
      errors[i] = bound == Bound.SHRINKS ? shrinkingStep(options.beta(from + i)) : step(bound);
      zeros.add(z.clone());
      boolean settled = bound != Bound.SHRINKS || !options.anneals();
      if (settled && Arrays.equals(before, z)) {
        Arrays.fill(errors, i + 1, count, errors[i]);
        break;
      }
    }
    return new TileTrace(errors, zeros.toArray(float[][]::new));
  }

  /** What can happen to the tile's weights with the present zero points. */
  private enum Bound {
    /** All codes are within the grid, no error is shrunk. */
    FREE,
    /** Some codes may have to be limited to the grid. */
    CLAMPED,
    /** Some errors may exceed the threshold of the shrinkage. */
    SHRINKS
  }

  private Bound bound() {
    boolean free = true;
    for (int l = 0; l < n; l++) {
      float least = lo[l] + z[l];
      float most = hi[l] + z[l];
      float beyond = Math.max(0.5f, Math.max(-least, most - maxCode));
      if (!(beyond / s[l] < threshold && -least < Residuals.LARGEST && most < Residuals.LARGEST)) {
        return Bound.SHRINKS;
      }
      free &= least >= -0.5f && most < maxCode + 0.5f;
    }
    return free ? Bound.FREE : Bound.CLAMPED;
  }

  private double step(Bound bound) {
    Arrays.fill(sumQ, 0);
    Arrays.fill(sumE, 0);
    int size = tile.size();
    for (int from = 0; from < size; from += BLOCK) {
      int to = Math.min(size, from + BLOCK);
      for (int k = from; k < to; k++) {
        if (bound == Bound.FREE) {
          Residuals.add(tile.row(k), z, q, e, n);
        } else {
          Residuals.addClamped(tile.row(k), z, q, e, maxCode, n);
        }
      }
      flush(q, sumQ, n);
      flush(e, sumE, n);
    }
    double error = 0;
    for (int l = 0; l < n; l++) {
      z[l] = (float) ((sumQ[l] - sumU[l]) / size);
      error += sumE[l] / s[l];
    }
    return error;
  }

  private double shrinkingStep(double beta) {
    Shrinkage shrinkage = new Shrinkage(options.lpNorm(), beta);
    double untouched = shrinkage.threshold();
    double error = 0;
    for (int l = 0; l < n; l++) {
      double sum = 0;
      for (int k = 0; k < tile.size(); k++) {
        float w = tile.weight(k, l);
        float code = Math.max(0, Math.min(maxCode, (float) Math.rint(w * s[l] + z[l])));
        float d = w - (code - z[l]) / s[l];
        float shrunk = Math.abs(d) < untouched ? 0 : shrinkage.apply(d);
        sum += code - (w - shrunk) * s[l];
        error += Math.abs(d);
      }
      z[l] = (float) (sum / tile.size());
    }
    return error;
  }

  private static void scale(float[] row, float[] s, int n) {
    for (int l = 0; l < n; l++) {
      row[l] *= s[l];
    }
  }

  private static void addTo(float[] sum, float[] row, int n) {
    for (int l = 0; l < n; l++) {
      sum[l] += row[l];
    }
  }

  private static void flush(float[] from, double[] to, int n) {
    for (int l = 0; l < n; l++) {
      to[l] += from[l];
      from[l] = 0;
    }
  }
}
