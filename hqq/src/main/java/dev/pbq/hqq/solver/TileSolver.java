package dev.pbq.hqq.solver;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Iterates the zero points of the groups of a tile ({@code docs/methods/hqq.md#what-is-computed}),
 * tile after tile:
 *
 * <pre>
 * q = clamp(rint(w s + z)),  D = w - (q - z)/s,  E = shrink(D),  z = mean(q - (w - E) s)
 * </pre>
 *
 * <p>Where no error of the tile can exceed the threshold of the shrinkage, as is the rule for a
 * language model's weights, E is 0, and with u = w s the new zero point is (sum q - sum u)/g: the
 * sum of u never changes, that of q is exact, and |D| = |u + z - q|/s. A zero point that one
 * iteration leaves as it is then stays for ever: its group is settled. Most groups settle after a
 * few iterations; the others are moved together whenever they have become half as many.
 */
final class TileSolver {
  /** Rows after which sums in float32 are moved to float64. */
  private static final int BLOCK = 256;

  private static final int SUM_BLOCK = 16;

  private final SolverOptions options;
  private final float maxCode;
  private final double threshold;
  private final GroupTile tile;
  private final Ranges ranges;
  private final float[] allS;
  private final float[] allZ;
  private final int[] allLanes;
  private final float[] zero;
  private final double[] errors;

  /** Groups still at work: {@code lane[0 .. active)} are their places; replaced, never changed. */
  private int[] lane;

  private int active;

  /** Whether the last iteration changed the zero point of a group still at work. */
  private final boolean[] moved;

  private final float[] s;
  private final float[] z;
  private final float[] lo;
  private final float[] hi;

  /** Scales, as good as 1/s in float64. */
  private final double[] scale;

  /** The threshold of the shrinkage in units of the scales. */
  private final double[] limit;

  private final double[] sumU;
  private final double[] sumQ;
  private final double[] sumE;
  private final float[] q;
  private final float[] e;

  /**
   * A solver for whatever is loaded into the tile.
   *
   * @param allS inverse scales of all groups of the matrix
   * @param allZ zero points to start from, likewise
   */
  TileSolver(
      GroupTile tile,
      int maxCode,
      SolverOptions options,
      Ranges ranges,
      float[] allS,
      float[] allZ) {
    this.options = options;
    this.maxCode = maxCode;
    // The smallest of all iterations: an annealed penalty lowers it.
    this.threshold = new Shrinkage(options.lpNorm(), options.beta(options.iters() - 1)).threshold();
    this.tile = tile;
    this.ranges = ranges;
    this.allS = allS;
    this.allZ = allZ;
    int n = tile.mostLanes();
    this.allLanes = new int[n];
    Arrays.setAll(allLanes, l -> l);
    this.zero = new float[n];
    this.errors = new double[n];
    this.moved = new boolean[n];
    this.s = new float[n];
    this.z = new float[n];
    this.lo = new float[n];
    this.hi = new float[n];
    this.scale = new double[n];
    this.limit = new double[n];
    this.sumU = new double[n];
    this.sumQ = new double[n];
    this.sumE = new double[n];
    this.q = new float[n];
    this.e = new float[n];
  }

  /** Takes the weights that are now in the tile, whose rows become scaled weights. */
  private void begin() {
    int n = tile.lanes();
    int from = tile.first();
    System.arraycopy(allZ, from, zero, 0, n);
    System.arraycopy(allZ, from, z, 0, n);
    System.arraycopy(allS, from, s, 0, n);
    System.arraycopy(ranges.lo(), from, lo, 0, n);
    System.arraycopy(ranges.hi(), from, hi, 0, n);
    lane = allLanes;
    active = n;
    for (int l = 0; l < n; l++) {
      scale[l] = 1.0 / s[l];
      limit[l] = threshold * s[l];
    }
    scale(lo, s, n);
    scale(hi, s, n);
    Arrays.fill(sumU, 0, n, 0);
    for (int k = 0; k < tile.size(); k++) {
      scaleAndAdd(tile.row(k), s, q, n);
      if (k % SUM_BLOCK == SUM_BLOCK - 1) {
        flush(q, sumU, n);
      }
    }
    flush(q, sumU, n);
  }

  /**
   * Runs {@code count} iterations for the groups that the tile has been loaded with, the first of
   * which is the {@code from}-th of the matrix.
   */
  TileTrace run(int from, int count) {
    begin();
    double[] sums = new double[count];
    List<TileTrace.Step> steps = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Bound bound = bound();
      if (bound == Bound.SHRINKS) {
        shrinkingStep(options.beta(from + i));
      } else {
        step(bound);
      }
      sums[i] = sum(errors, tile.lanes());
      int unsettled = publish(bound != Bound.SHRINKS || !options.anneals());
      steps.add(new TileTrace.Step(lane, Arrays.copyOf(z, active)));
      if (unsettled == 0) {
        Arrays.fill(sums, i + 1, count, sums[i]);
        break;
      }
      if (2 * unsettled <= active) {
        compact();
      }
    }
    return new TileTrace(sums, steps);
  }

  /**
   * Copies the new zero points to their places in the tile and marks groups whose own has not
   * changed.
   *
   * @param settles whether an unchanged zero point stays for ever
   * @return how many groups have to go on
   */
  private int publish(boolean settles) {
    int unsettled = 0;
    for (int l = 0; l < active; l++) {
      int at = lane[l];
      moved[l] = !settles || z[l] != zero[at];
      zero[at] = z[l];
      unsettled += moved[l] ? 1 : 0;
    }
    return unsettled;
  }

  /** Moves the groups that have to go on to the front of all arrays. */
  private void compact() {
    int to = 0;
    int[] from = new int[active];
    for (int l = 0; l < active; l++) {
      if (moved[l]) {
        from[to++] = l;
      }
    }
    int[] kept = new int[to];
    for (int l = 0; l < to; l++) {
      kept[l] = lane[from[l]];
      s[l] = s[from[l]];
      z[l] = z[from[l]];
      lo[l] = lo[from[l]];
      hi[l] = hi[from[l]];
      scale[l] = scale[from[l]];
      limit[l] = limit[from[l]];
      sumU[l] = sumU[from[l]];
    }
    for (int k = 0; k < tile.size(); k++) {
      float[] row = tile.row(k);
      for (int l = 0; l < to; l++) {
        row[l] = row[from[l]];
      }
    }
    lane = kept;
    active = to;
  }

  private static double sum(double[] values, int n) {
    double sum = 0;
    for (int l = 0; l < n; l++) {
      sum += values[l];
    }
    return sum;
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
    for (int l = 0; l < active; l++) {
      float least = lo[l] + z[l];
      float most = hi[l] + z[l];
      float beyond = Math.max(0.5f, Math.max(-least, most - maxCode));
      if (!(beyond < limit[l] && -least < Residuals.LARGEST && most < Residuals.LARGEST)) {
        return Bound.SHRINKS;
      }
      free &= least >= -0.5f && most < maxCode + 0.5f;
    }
    return free ? Bound.FREE : Bound.CLAMPED;
  }

  private void step(Bound bound) {
    int n = active;
    Arrays.fill(sumQ, 0, n, 0);
    Arrays.fill(sumE, 0, n, 0);
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
    boolean powerOfTwo = (size & (size - 1)) == 0;
    double share = 1.0 / size;
    for (int l = 0; l < n; l++) {
      double sum = sumQ[l] - sumU[l];
      z[l] = (float) (powerOfTwo ? sum * share : sum / size);
      errors[lane[l]] = sumE[l] * scale[l];
    }
  }

  private void shrinkingStep(double beta) {
    Shrinkage shrinkage = new Shrinkage(options.lpNorm(), beta);
    double untouched = shrinkage.threshold();
    for (int l = 0; l < active; l++) {
      double sum = 0;
      double error = 0;
      for (int k = 0; k < tile.size(); k++) {
        float w = tile.weight(k, lane[l]);
        float code = Math.max(0, Math.min(maxCode, (float) Math.rint(w * s[l] + z[l])));
        float d = w - (code - z[l]) / s[l];
        float shrunk = Math.abs(d) < untouched ? 0 : shrinkage.apply(d);
        sum += code - (w - shrunk) * s[l];
        error += Math.abs(d);
      }
      z[l] = (float) (sum / tile.size());
      errors[lane[l]] = error;
    }
  }

  private static void scale(float[] row, float[] s, int n) {
    for (int l = 0; l < n; l++) {
      row[l] *= s[l];
    }
  }

  private static void scaleAndAdd(float[] row, float[] s, float[] sum, int n) {
    for (int l = 0; l < n; l++) {
      float u = row[l] * s[l];
      row[l] = u;
      sum[l] += u;
    }
  }

  private static void flush(float[] from, double[] to, int n) {
    for (int l = 0; l < n; l++) {
      to[l] += from[l];
      from[l] = 0;
    }
  }
}
