package dev.pbq.core.linalg;

import dev.pbq.core.PbqException;
import dev.pbq.core.parallel.Parallel;
import java.lang.ref.Reference;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.FloatPointer;

/**
 * Accumulates a {@link Hessian} from a layer's inputs, sequence by sequence, in a fixed order of
 * summation. Products are float32 over at most {@value #TOKENS} tokens, their sums float64. Only
 * one triangle is computed and kept: 4 size^2 bytes in all. Of a Hessian too large for one machine
 * to sum up in time, several accumulators have some rows each ({@link #ofRows}), to the last bit
 * those of the whole. Owns native memory until {@link #finish} hands it over. Not thread-safe;
 * spreads its own work over threads ({@link Parallel}).
 */
public final class HessianAccumulator implements AutoCloseable {
  /** Tokens whose products are summed in float32. */
  private static final int TOKENS = 4096;

  /** Below this, tiles are small, so that there are enough for all threads. */
  private static final int SMALL = 2048;

  private final int start;
  private final int size;
  private final int tile;
  private final int tiles;
  private final int tileCount;
  private SymmetricTriangle sum;
  private int sequences;

  /** Starts at zero for {@code size} input features. */
  public HessianAccumulator(int size) {
    this(size, 0, size);
  }

  private HessianAccumulator(int features, int from, int to) {
    if (features < 1) {
      throw new IllegalArgumentException("a Hessian of " + features + " features");
    }
    this.start = from;
    this.size = features - from;
    this.tile = tile(features);
    this.tiles = Parallel.ranges(size, tile);
    this.tileCount = IntStream.range(0, Parallel.ranges(to - from, tile)).map(i -> tiles - i).sum();
    this.sum = new SymmetricTriangle(size, to - from);
  }

  /**
   * An accumulator of some rows of a Hessian, from the diagonal on, which takes the inputs'
   * features {@code from .. features - 1}.
   *
   * @param features of the whole inputs
   * @param from first row, where a band of {@link #bands} begins
   * @param to row after the last, where one ends
   */
  public static HessianAccumulator ofRows(int features, int from, int to) {
    int tile = tile(features);
    if (from % tile != 0 || (to % tile != 0 && to != features) || from >= to || to > features) {
      throw new IllegalArgumentException("rows " + from + " to " + to + " of " + features);
    }
    return new HessianAccumulator(features, from, to);
  }

  /**
   * Cuts the rows of a Hessian into bands of about equal work.
   *
   * @param most bands; small Hessians have fewer
   * @return where each band begins, ascending, and at the end {@code features}
   */
  public static int[] bands(int features, int most) {
    int tile = tile(features);
    int tiles = Parallel.ranges(features, tile);
    long all = (long) tiles * (tiles + 1) / 2;
    IntStream.Builder starts = IntStream.builder();
    long done = 0;
    int begun = 0;
    for (int i = 0; i < tiles; i++) {
      if (done >= all * begun / most) {
        starts.add(i * tile);
        begun++;
      }
      done += tiles - i;
    }
    return starts.add(features).build().toArray();
  }

  private static int tile(int features) {
    return features < SMALL ? 256 : 512;
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
        Parallel.forEach(tileCount, t -> addTile(part, count, t));
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
   * The Hessian, of an accumulator of all rows; it is closed.
   *
   * @throws PbqException NUMERICAL naming {@code input} if an entry is NaN or infinite
   */
  public Hessian finish(String input) {
    SymmetricTriangle h = scaled(input);
    if (h.rows() < start + size) {
      h.close();
      throw new IllegalStateException(input + ": an accumulator of some rows");
    }
    return new Hessian(h, sequences);
  }

  /**
   * The rows of the Hessian that were summed up; the accumulator is closed.
   *
   * @throws PbqException as {@link #finish}
   */
  public HessianRows finishRows(String input) {
    try (SymmetricTriangle h = scaled(input)) {
      return HessianRows.of(h, start, sequences);
    }
  }

  private SymmetricTriangle scaled(String input) {
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
    return h;
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
