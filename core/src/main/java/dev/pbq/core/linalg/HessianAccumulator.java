package dev.pbq.core.linalg;

import dev.pbq.core.PbqException;
import dev.pbq.core.parallel.Parallel;
import java.lang.ref.Reference;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import org.bytedeco.javacpp.FloatPointer;

/**
 * Accumulates a {@link Hessian} from a layer's inputs, sequence by sequence, in a fixed order of
 * summation. Products are float32 over at most {@value #TOKENS} tokens, their sums float64. Only
 * one triangle is computed and kept: 4 size^2 bytes in all. Owns native memory until {@link
 * #finish} hands it over. Not thread-safe; spreads its own work over threads ({@link Parallel}).
 */
public final class HessianAccumulator implements AutoCloseable {
  /** Tokens whose products are summed in float32. */
  private static final int TOKENS = 4096;

  private final int size;
  private final int tile;
  private final int tiles;
  private SymmetricTriangle sum;
  private int sequences;

  /** Starts at zero for {@code size} input features. */
  public HessianAccumulator(int size) {
    if (size < 1) {
      throw new IllegalArgumentException("a Hessian of " + size + " features");
    }
    this.size = size;
    this.tile = size < 2048 ? 256 : 512;
    this.tiles = Parallel.ranges(size, tile);
    this.sum = new SymmetricTriangle(size);
  }

  /**
   * Adds {@code sequences} sequences of equal length.
   *
   * @param x direct buffer in native byte order, [tokens, size] row-major from its position; only
   *     read
   * @param tokens rows of x, over all sequences
   * @param sequences how many sequences x holds
   */
  public void add(FloatBuffer x, int tokens, int sequences) {
    requireOpen();
    if (!x.isDirect() || x.order() != ByteOrder.nativeOrder()) {
      throw new IllegalArgumentException("inputs must be in a direct buffer in native byte order");
    }
    if (tokens < 0 || sequences < 0 || (long) tokens * size > x.remaining()) {
      throw new IllegalArgumentException(
          x.remaining() + " inputs for " + tokens + " tokens of " + size + " features");
    }
    Blas.useCallingThread();
    try {
      // A slice: JavaCPP 1.5.7 takes a buffer's position for bytes.
      FloatPointer inputs = new FloatPointer(x.slice());
      for (int from = 0; from < tokens; from += TOKENS) {
        FloatPointer part = inputs.getPointer((long) from * size);
        int count = Math.min(TOKENS, tokens - from);
        Parallel.forEach(tiles * (tiles + 1) / 2, t -> addTile(part, count, t));
      }
    } finally {
      // The pointers do not keep the buffer's memory alive.
      Reference.reachabilityFence(x);
    }
    this.sequences += sequences;
  }

  /** Tile t of the upper triangle, counted row by row. */
  private void addTile(FloatPointer x, int tokens, int t) {
    int i = 0;
    int before = t;
    while (before >= tiles - i) {
      before -= tiles - i;
      i++;
    }
    int firstRow = i * tile;
    int firstColumn = (i + before) * tile;
    int rows = Math.min(tile, size - firstRow);
    int columns = Math.min(tile, size - firstColumn);
    try (NativeFloats products = new NativeFloats((long) rows * columns)) {
      FloatPointer c = products.at(0);
      // Row-major [tokens, size] is column-major [size, tokens]; column r of c is row r of H.
      if (firstRow == firstColumn) {
        Blas.syrkLower(rows, tokens, x.getPointer(firstRow), size, c, columns);
      } else {
        Blas.gemm(
            false,
            true,
            columns,
            rows,
            tokens,
            1f,
            x.getPointer(firstColumn),
            size,
            x.getPointer(firstRow),
            size,
            0f,
            c,
            columns);
      }
      float[] part = new float[columns];
      double[] total = new double[columns];
      for (int r = 0; r < rows; r++) {
        int skip = Math.max(0, firstRow + r - firstColumn);
        products.get((long) r * columns + skip, part, 0, columns - skip);
        addRow(firstRow + r, firstColumn + skip, columns - skip, part, total);
      }
    }
  }

  private void addRow(int row, int column, int count, float[] part, double[] total) {
    sum.get(row, column, column + count, total);
    for (int k = 0; k < count; k++) {
      total[k] += part[k];
    }
    sum.put(row, column, column + count, total);
  }

  /**
   * The Hessian; the accumulator is closed.
   *
   * @throws PbqException NUMERICAL naming {@code input} if an entry is NaN or infinite
   */
  public Hessian finish(String input) {
    requireOpen();
    if (sequences == 0) {
      throw new IllegalStateException(input + ": no sequences were added");
    }
    SymmetricTriangle h = sum;
    sum = null;
    if (!h.scale(2.0 / sequences)) {
      h.close();
      throw PbqException.numerical(
          input + ": the calibration inputs contain NaN or infinity (or overflow float32 squared)");
    }
    return new Hessian(h, sequences);
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
