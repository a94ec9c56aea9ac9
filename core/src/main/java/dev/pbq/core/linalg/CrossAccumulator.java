package dev.pbq.core.linalg;

import dev.pbq.core.PbqException;
import dev.pbq.core.parallel.Parallel;
import java.lang.ref.Reference;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import org.bytedeco.javacpp.FloatPointer;

/**
 * Accumulates a {@link CrossMoment}, sequence by sequence, in a fixed order of summation. Products
 * are float32 over at most {@value #TOKENS} tokens, their sums float64. Owns native memory until
 * {@link #finish} hands it over. Not thread-safe; spreads its own work over threads ({@link
 * Parallel}).
 */
public final class CrossAccumulator implements AutoCloseable {
  /** Tokens whose products are summed in float32. */
  private static final int TOKENS = 4096;

  private static final int TILE = 512;

  private final int rows;
  private final int cols;
  private NativeDoubles sum;
  private int sequences;

  /** Starts at zero for vectors of {@code rows} and {@code cols} entries. */
  public CrossAccumulator(int rows, int cols) {
    if (rows < 1 || cols < 1) {
      throw new IllegalArgumentException("a moment of " + rows + " and " + cols + " entries");
    }
    this.rows = rows;
    this.cols = cols;
    this.sum = NativeDoubles.zeros((long) rows * cols);
  }

  /**
   * Adds {@code sequences} sequences of equal length.
   *
   * @param d direct buffer in native byte order, [tokens, rows] row-major from its position; only
   *     read
   * @param x as d, [tokens, cols]
   * @param tokens rows of both, over all sequences
   */
  public void add(FloatBuffer d, FloatBuffer x, int tokens, int sequences) {
    requireOpen();
    requireDirect(d, (long) tokens * rows);
    requireDirect(x, (long) tokens * cols);
    Blas.useCallingThread();
    int across = Parallel.ranges(cols, TILE);
    try {
      // Slices: JavaCPP 1.5.7 takes a buffer's position for bytes.
      FloatPointer left = new FloatPointer(d.slice());
      FloatPointer right = new FloatPointer(x.slice());
      for (int from = 0; from < tokens; from += TOKENS) {
        FloatPointer ds = left.getPointer((long) from * rows);
        FloatPointer xs = right.getPointer((long) from * cols);
        int count = Math.min(TOKENS, tokens - from);
        Parallel.forEach(
            Parallel.ranges(rows, TILE) * across,
            t -> addTile(ds, xs, count, t / across * TILE, t % across * TILE));
      }
    } finally {
      // The pointers do not keep the buffers' memory alive.
      Reference.reachabilityFence(d);
      Reference.reachabilityFence(x);
    }
    this.sequences += sequences;
  }

  private static void requireDirect(FloatBuffer values, long count) {
    if (!values.isDirect() || values.order() != ByteOrder.nativeOrder()) {
      throw new IllegalArgumentException("values must be in a direct buffer in native byte order");
    }
    if (count < 0 || count > values.remaining()) {
      throw new IllegalArgumentException(values.remaining() + " values of " + count);
    }
  }

  private void addTile(FloatPointer d, FloatPointer x, int tokens, int firstRow, int firstColumn) {
    int height = Math.min(TILE, rows - firstRow);
    int width = Math.min(TILE, cols - firstColumn);
    try (NativeFloats products = new NativeFloats((long) height * width)) {
      // Row-major [tokens, rows] is column-major [rows, tokens]; column r of the product is row r.
      Blas.gemm(
          false,
          true,
          width,
          height,
          tokens,
          1f,
          x.getPointer(firstColumn),
          cols,
          d.getPointer(firstRow),
          rows,
          0f,
          products.at(0),
          width);
      float[] part = new float[width];
      double[] total = new double[width];
      for (int r = 0; r < height; r++) {
        products.get((long) r * width, part, 0, width);
        long at = (long) (firstRow + r) * cols + firstColumn;
        sum.get(at, total, 0, width);
        for (int k = 0; k < width; k++) {
          total[k] += part[k];
        }
        sum.put(at, total, 0, width);
      }
    }
  }

  /**
   * The moment; the accumulator is closed.
   *
   * @throws PbqException NUMERICAL naming {@code input} if an entry is NaN or infinite
   */
  public CrossMoment finish(String input) {
    requireOpen();
    if (sequences == 0) {
      throw new IllegalStateException(input + ": no sequences were added");
    }
    NativeDoubles m = sum;
    sum = null;
    double[] row = new double[cols];
    boolean finite = true;
    for (int r = 0; r < rows; r++) {
      m.get((long) r * cols, row, 0, cols);
      for (int k = 0; k < cols; k++) {
        row[k] *= 2.0 / sequences;
        finite &= Double.isFinite(row[k]);
      }
      m.put((long) r * cols, row, 0, cols);
    }
    if (!finite) {
      m.close();
      throw PbqException.numerical(
          input + ": the difference of the two streams contains NaN or infinity");
    }
    return new CrossMoment(rows, cols, sequences, m);
  }

  private void requireOpen() {
    if (sum == null) {
      throw new IllegalStateException("the accumulator is closed");
    }
  }

  @Override
  public void close() {
    if (sum != null) {
      sum.close();
      sum = null;
    }
  }
}
