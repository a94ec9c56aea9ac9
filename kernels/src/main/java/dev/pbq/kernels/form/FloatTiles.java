package dev.pbq.kernels.form;

import static dev.pbq.kernels.lanes.Lanes.ROWS;

import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.tensor.DType;
import dev.pbq.core.tensor.Half;
import dev.pbq.kernels.lanes.Lanes;

/**
 * A matrix of floating-point numbers in tiles of sixteen rows: float32 as they are, 16-bit numbers
 * two to a word. Immutable.
 */
public final class FloatTiles {
  /** Columns that are added up together. */
  static final int RUN = Runs.LONGEST;

  private final int rows;
  private final int cols;
  private final DType dtype;

  /** Columns, made even: the last may be 0. */
  private final int even;

  private final float[] singles;
  private final int[] pairs;

  private FloatTiles(int rows, int cols, DType dtype) {
    this.rows = rows;
    this.cols = cols;
    this.dtype = dtype;
    even = cols + cols % 2;
    int numbers = Math.multiplyExact(Parallel.ranges(rows, ROWS) * ROWS, even);
    boolean whole = dtype == DType.F32;
    singles = new float[whole ? numbers : 0];
    pairs = new int[whole ? 0 : numbers / 2];
  }

  /** Gives rows as float32. Thread-safe. */
  public interface Source {
    /** Rows {@code first .. first + count - 1}, row-major, from the start of {@code to}. */
    void read(int first, int count, float[] to);
  }

  /**
   * Holds a matrix.
   *
   * @param dtype F32, F16 or BF16; the numbers are rounded to it
   * @throws IllegalArgumentException if the type is none of these
   */
  public static FloatTiles of(int rows, int cols, DType dtype, Source source) {
    if (dtype != DType.F32 && dtype != DType.F16 && dtype != DType.BF16) {
      throw new IllegalArgumentException("a product with weights of type " + dtype);
    }
    FloatTiles made = new FloatTiles(rows, cols, dtype);
    Parallel.forEachRange(
        rows,
        ROWS,
        (from, to) -> {
          float[] values = new float[(to - from) * cols];
          source.read(from, to - from, values);
          made.set(from, to - from, values);
        });
    return made;
  }

  private void set(int first, int count, float[] values) {
    for (int r = 0; r < count; r++) {
      for (int c = 0; c < cols; c++) {
        float v = values[r * cols + c];
        if (dtype == DType.F32) {
          singles[first * even + c * ROWS + r] = v;
        } else {
          int bits = dtype == DType.F16 ? Half.fromFloat(v) : Half.bfloatFromFloat(v);
          pairs[first * even / 2 + c / 2 * ROWS + r] |= (bits & 0xffff) << (c % 2 * 16);
        }
      }
    }
  }

  public int rows() {
    return rows;
  }

  public int cols() {
    return cols;
  }

  int even() {
    return even;
  }

  int tiles() {
    return Parallel.ranges(rows, ROWS);
  }

  /** Bytes of the numbers. */
  public long bytes() {
    return 4L * (singles.length + pairs.length);
  }

  /**
   * The numbers of a run of columns as a panel.
   *
   * @return an array that has them from {@link #at} on: {@code scratch}, or the store itself
   */
  float[] panel(Lanes lanes, int tile, int from, int count, float[] scratch) {
    if (dtype == DType.F32) {
      return singles;
    }
    int at = (tile * even + from) / 2 * ROWS;
    lanes.widen(pairs, at, count / 2, dtype == DType.F16, scratch);
    return scratch;
  }

  int at(int tile, int from) {
    return dtype == DType.F32 ? (tile * even + from) * ROWS : 0;
  }

  /** The numbers of a row. */
  public void row(int row, float[] to, int toAt) {
    int first = row - row % ROWS;
    for (int c = 0; c < cols; c++) {
      if (dtype == DType.F32) {
        to[toAt + c] = singles[first * even + c * ROWS + row % ROWS];
      } else {
        int pair = pairs[first * even / 2 + c / 2 * ROWS + row % ROWS];
        short bits = (short) (pair >>> (c % 2 * 16));
        to[toAt + c] = dtype == DType.F16 ? Half.toFloat(bits) : Half.bfloatToFloat(bits);
      }
    }
  }
}
