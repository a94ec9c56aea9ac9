package dev.pbq.core.linalg;

import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.tensor.FloatMatrix;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Error compensation column by column (GPTQ, arXiv 2210.17323, algorithm 1): each column is
 * quantized in turn, and its error, divided by U[c, c], is taken from the columns after it in
 * proportion to row c of U. Within a block this is done by plain loops over tiles of rows that fit
 * the cache; what the block owes to all later columns is one matrix product.
 *
 * <p>Tiles and the order of every sum are fixed, so the result does not depend on the number of
 * threads.
 */
public final class ColumnSweep {
  /** Rows of a tile; divides {@link SweepWeights#SLAB}. */
  private static final int TILE = 128;

  private final SweepPlan plan;
  private final ColumnQuantizer quantizer;
  private final SweepWeights weights;
  private final Optional<InverseFactor> factor;
  private final int[] order;
  private final byte[] codes;
  private final FloatMatrix values;
  private final ConcurrentLinkedQueue<Tile> idle = new ConcurrentLinkedQueue<>();
  private final double[] tileLoss;

  private ColumnSweep(
      SweepPlan plan,
      ColumnQuantizer quantizer,
      SweepWeights weights,
      Optional<InverseFactor> factor,
      int[] order) {
    this.plan = plan;
    this.quantizer = quantizer;
    this.weights = weights;
    this.factor = factor;
    this.order = order;
    this.codes = new byte[Math.multiplyExact(weights.rows(), weights.cols())];
    this.values = plan.keepValues() ? FloatMatrix.zeros(weights.rows(), weights.cols()) : null;
    this.tileLoss = new double[Parallel.ranges(weights.rows(), TILE)];
  }

  /**
   * Sweeps over a weight [rows, cols].
   *
   * @param weight the weight; not changed
   * @param deadColumns columns taken as zero
   * @param factor the inverse factor of the inputs' Hessian; without it nothing is compensated
   */
  public static SweepResult run(
      FloatMatrix weight,
      int[] deadColumns,
      Optional<InverseFactor> factor,
      SweepPlan plan,
      ColumnQuantizer quantizer) {
    Blas.useCallingThread();
    int[] order = factor.flatMap(InverseFactor::order).orElse(null);
    int widest = 0;
    int[] starts = plan.blockStarts();
    for (int b = 0; b < starts.length; b++) {
      widest = Math.max(widest, end(starts, b, weight.cols()) - starts[b]);
    }
    try (SweepWeights weights = new SweepWeights(weight, order, deadColumns, widest)) {
      return new ColumnSweep(plan, quantizer, weights, factor, order).sweep();
    }
  }

  private static int end(int[] starts, int block, int cols) {
    return block + 1 < starts.length ? starts[block + 1] : cols;
  }

  private SweepResult sweep() {
    int[] starts = plan.blockStarts();
    for (int b = 0; b < starts.length; b++) {
      int from = starts[b];
      int to = end(starts, b, weights.cols());
      quantizer.beginBlock(from, to, weights);
      float[][] u = factor.isPresent() ? blockFactor(from, to) : null;
      Parallel.forEachRange(
          weights.rows(), TILE, (firstRow, endRow) -> sweepTile(firstRow, endRow, from, to, u));
      if (factor.isPresent() && to < weights.cols()) {
        new TrailingUpdate(weights, factor.get()).apply(from, to);
      }
    }
    double sum = 0;
    for (double part : tileLoss) {
      sum += part;
    }
    return new SweepResult(codes, Optional.ofNullable(values), sum / 2);
  }

  /** U[from:to, from:to], transposed: entry [c][j] is what error j contributes to column c. */
  private float[][] blockFactor(int from, int to) {
    int width = to - from;
    float[][] u = new float[width][width];
    float[] row = new float[width];
    for (int j = 0; j < width; j++) {
      factor.get().row(from + j, from, to, row, 0);
      for (int c = j; c < width; c++) {
        u[c][j] = row[c];
      }
    }
    return u;
  }

  private void sweepTile(int firstRow, int endRow, int from, int to, float[][] u) {
    int count = endRow - firstRow;
    Tile tile = idle.poll();
    if (tile == null || tile.width < to - from) {
      tile = new Tile(to - from, Math.min(TILE, weights.rows()));
    }
    double loss = 0;
    for (int c = 0; c < to - from; c++) {
      float[] factorColumn = u == null ? null : u[c];
      loss += sweepColumn(tile, c, from, to, firstRow, count, factorColumn);
    }
    tileLoss[firstRow / TILE] += loss;
    storeCodes(tile, from, to, firstRow, count);
    idle.add(tile);
  }

  /** One column of one tile, the c-th of its block; returns the sum of its squared errors. */
  private double sweepColumn(
      Tile tile, int c, int from, int to, int firstRow, int count, float[] u) {
    float[] w = tile.weights[c];
    weights.read(from + c, firstRow, count, w, 0);
    if (u != null && plan.withinBlocks()) {
      tile.compensate(c, u);
    }
    byte[] code = tile.codes[c];
    Arrays.fill(code, (byte) 0);
    quantizer.quantize(from + c, firstRow, count, w, tile.values, code);
    if (values != null) {
      storeValues(tile.values, from + c, firstRow, count);
    }
    if (u == null) {
      return 0;
    }
    double squares = tile.errors(c, count, u[c]);
    if (to < weights.cols()) {
      weights.writeErrors(c, firstRow, count, tile.errors[c]);
    }
    return squares;
  }

  private void storeCodes(Tile tile, int from, int to, int firstRow, int count) {
    for (int r = 0; r < count; r++) {
      int base = (firstRow + r) * weights.cols();
      for (int c = from; c < to; c++) {
        codes[base + (order == null ? c : order[c])] = tile.codes[c - from][r];
      }
    }
  }

  private void storeValues(float[] q, int column, int firstRow, int count) {
    int c = order == null ? column : order[column];
    for (int r = 0; r < count; r++) {
      values.data()[(firstRow + r) * weights.cols() + c] = q[r];
    }
  }

  /** Working memory for one tile of rows and one block of columns, one array per column. */
  private static final class Tile {
    final int width;
    final float[][] weights;
    final float[][] errors;
    final byte[][] codes;
    final float[] values;

    Tile(int width, int rows) {
      this.width = width;
      this.weights = new float[width][rows];
      this.errors = new float[width][rows];
      this.codes = new byte[width][rows];
      this.values = new float[rows];
    }

    /** Takes the errors of all columns before c from column c; rows beyond the tile's are junk. */
    void compensate(int c, float[] u) {
      float[] w = weights[c];
      int j = 0;
      for (; j + 4 <= c; j += 4) {
        subtract(
            w,
            errors[j],
            errors[j + 1],
            errors[j + 2],
            errors[j + 3],
            u[j],
            u[j + 1],
            u[j + 2],
            u[j + 3]);
      }
      for (; j < c; j++) {
        subtract(w, errors[j], u[j]);
      }
    }

    /** Sets the errors of column c and returns the sum of their squares. */
    double errors(int c, int count, float pivot) {
      float[] w = weights[c];
      float[] e = errors[c];
      for (int r = 0; r < count; r++) {
        e[r] = (w[r] - values[r]) / pivot;
      }
      double sum = 0;
      for (int r = 0; r < count; r++) {
        sum += (double) e[r] * e[r];
      }
      return sum;
    }

    private static void subtract(float[] w, float[] e, float u) {
      for (int r = 0; r < w.length; r++) {
        w[r] -= e[r] * u;
      }
    }

    /** Four at a time, in the same order of operations: a third of the memory traffic. */
    private static void subtract(
        float[] w,
        float[] e0,
        float[] e1,
        float[] e2,
        float[] e3,
        float u0,
        float u1,
        float u2,
        float u3) {
      for (int r = 0; r < w.length; r++) {
        w[r] = w[r] - e0[r] * u0 - e1[r] * u1 - e2[r] * u2 - e3[r] * u3;
      }
    }
  }
}
