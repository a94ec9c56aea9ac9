package dev.pbq.core.linalg;

import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.tensor.FloatMatrix;
import java.util.Arrays;

/**
 * The quadratic form trace(D H D^T), computed in blocks: for each block B of H's rows, D_B (H_BB
 * D_B^T + 2 H_B,right D_right^T), which needs half of H. Products in float32, sums in float64;
 * extra memory is a few tens of megabytes whatever the size of D.
 */
final class QuadraticTrace {
  private static final int BLOCK = 256;

  /** Entries of D taken at a time: 32 MiB of float32. */
  private static final int CHUNK = 1 << 23;

  private final SymmetricTriangle h;
  private final FloatMatrix d;
  private final int n;

  QuadraticTrace(SymmetricTriangle h, FloatMatrix d) {
    this.h = h;
    this.d = d;
    this.n = h.size();
  }

  double compute() {
    Blas.useCallingThread();
    int chunkRows = Math.max(1, Math.min(d.rows(), CHUNK / n));
    double trace = 0;
    try (NativeFloats chunk = new NativeFloats((long) chunkRows * n)) {
      for (int from = 0; from < d.rows(); from += chunkRows) {
        int rows = Math.min(chunkRows, d.rows() - from);
        chunk.put(0, d.data(), from * n, rows * n);
        trace += chunkTrace(chunk, from, rows);
      }
    }
    return trace;
  }

  private double chunkTrace(NativeFloats chunk, int firstRow, int rows) {
    return Parallel.sumRanges(n, BLOCK, (from, to) -> blockTrace(chunk, firstRow, rows, from, to));
  }

  /** Rows [from, to) of H, from column {@code from} on, the off-diagonal part counted twice. */
  private double blockTrace(NativeFloats chunk, int firstRow, int rows, int from, int to) {
    int height = to - from;
    int width = n - from;
    try (NativeFloats block = new NativeFloats((long) height * width);
        NativeFloats product = new NativeFloats((long) height * rows)) {
      copyBlock(block, from, to);
      // Column-major: block is [width, height], the chunk [n, rows]; product [height, rows].
      Blas.gemm(
          true,
          false,
          height,
          rows,
          width,
          1f,
          block.at(0),
          width,
          chunk.at(from),
          n,
          0f,
          product.at(0),
          height);
      float[] run = new float[height];
      double sum = 0;
      for (int r = 0; r < rows; r++) {
        product.get((long) r * height, run, 0, height);
        int base = (firstRow + r) * n + from;
        for (int k = 0; k < height; k++) {
          sum += (double) run[k] * d.data()[base + k];
        }
      }
      return sum;
    }
  }

  /** Within the diagonal square only the upper triangle, its off-diagonal entries doubled too. */
  private void copyBlock(NativeFloats block, int from, int to) {
    int width = n - from;
    double[] source = new double[width];
    float[] row = new float[width];
    for (int i = from; i < to; i++) {
      int skip = i - from;
      h.get(i, i, n, source);
      Arrays.fill(row, 0, skip, 0f);
      row[skip] = (float) source[0];
      for (int k = skip + 1; k < width; k++) {
        row[k] = (float) (2 * source[k - skip]);
      }
      block.put((long) (i - from) * width, row, 0, width);
    }
  }
}
