package dev.pbq.core.linalg;

import java.util.Arrays;

/**
 * The errors E [rows, size] of a weight matrix whose columns are fixed from the last to the first,
 * and what those that are fixed already ask of the columns before them: E[:, to:] L[to:, from:to).
 * Rows come in slabs of any length that do not overlap; threads may work on different slabs at the
 * same time. Owns 4 [rows, size] bytes of native memory.
 */
public final class LaterErrors implements AutoCloseable {
  private final LowerFactor factor;
  private final NativeFloats errors;

  /** Nothing is fixed yet. */
  public LaterErrors(int rows, LowerFactor factor) {
    Blas.useCallingThread();
    this.factor = factor;
    this.errors = new NativeFloats((long) rows * factor.size());
  }

  /**
   * Keeps the errors of columns [from, to) of a slab.
   *
   * @param firstRow where the slab begins
   * @param count its rows, always the same for one {@code firstRow}
   * @param values column after column, [to - from, count]
   */
  public void put(int firstRow, int count, int from, int to, float[] values) {
    long at = (long) firstRow * factor.size() + (long) from * count;
    errors.put(at, values, 0, (to - from) * count);
  }

  /**
   * What the columns from {@code to} on, all of them put before, ask of columns [from, to).
   *
   * @param sums receives column after column, [to - from, count]
   */
  public void demand(int firstRow, int count, int from, int to, float[] sums) {
    int width = to - from;
    int later = factor.size() - to;
    if (later == 0) {
      Arrays.fill(sums, 0, width * count, 0f);
      return;
    }
    try (NativeFloats product = new NativeFloats((long) width * count)) {
      Blas.gemm(
          false,
          false,
          count,
          width,
          later,
          1f,
          errors.at((long) firstRow * factor.size() + (long) to * count),
          count,
          factor.at(to, from),
          factor.size(),
          0f,
          product.at(0),
          count);
      product.get(0, sums, 0, width * count);
    }
  }

  @Override
  public void close() {
    errors.close();
  }
}
