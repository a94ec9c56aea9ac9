package dev.pbq.core.linalg;

import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.tensor.FloatMatrix;
import java.util.Arrays;

/**
 * The weights of a sweep in native memory: slabs of {@value #SLAB} rows, each column-major, so that
 * the columns still to come are one contiguous column-major matrix per slab. Beside them the errors
 * of the current block in the same layout.
 */
final class SweepWeights implements CurrentWeights, AutoCloseable {
  /** Rows of a slab: enough for matrix products at full speed. */
  static final int SLAB = 1024;

  private final int rows;
  private final int cols;
  private final int errorCols;
  private final NativeFloats weights;
  private final NativeFloats errors;

  /**
   * Copies W, in the order and with the zeroed columns that the sweep wants.
   *
   * @param order the column of W at each position, or null
   * @param dead columns of W to be set to zero
   * @param errorCols width of the widest block
   */
  SweepWeights(FloatMatrix w, int[] order, int[] dead, int errorCols) {
    this.rows = w.rows();
    this.cols = w.cols();
    this.errorCols = errorCols;
    this.weights = new NativeFloats((long) rows * cols);
    NativeFloats block = null;
    try {
      block = new NativeFloats((long) rows * errorCols);
    } finally {
      if (block == null) {
        weights.close();
      }
    }
    this.errors = block;
    boolean[] zero = new boolean[cols];
    for (int c : dead) {
      zero[c] = true;
    }
    Parallel.forEachRange(rows, 64, (first, end) -> load(w, order, zero, first, end - first));
  }

  private void load(FloatMatrix w, int[] order, boolean[] zero, int firstRow, int count) {
    float[] run = new float[count];
    float[] data = w.data();
    // 16 columns share the cache lines that a walk down a column of W touches.
    float[][] columns = new float[16][count];
    for (int from = 0; from < cols; from += 16) {
      int width = Math.min(16, cols - from);
      if (order == null) {
        for (int r = 0; r < count; r++) {
          int base = (firstRow + r) * cols + from;
          for (int k = 0; k < width; k++) {
            columns[k][r] = data[base + k];
          }
        }
        for (int k = 0; k < width; k++) {
          if (zero[from + k]) {
            Arrays.fill(columns[k], 0f);
          }
          write(weights, from + k, firstRow, count, columns[k]);
        }
      } else {
        for (int k = 0; k < width; k++) {
          int source = order[from + k];
          for (int r = 0; r < count; r++) {
            run[r] = zero[source] ? 0f : data[(firstRow + r) * cols + source];
          }
          write(weights, from + k, firstRow, count, run);
        }
      }
    }
  }

  @Override
  public int rows() {
    return rows;
  }

  @Override
  public int cols() {
    return cols;
  }

  /** The number of slabs. */
  int slabs() {
    return Parallel.ranges(rows, SLAB);
  }

  int slabRows(int slab) {
    return Math.min(SLAB, rows - slab * SLAB);
  }

  /** Where the column-major columns [column, cols) of a slab start. */
  org.bytedeco.javacpp.FloatPointer weightsAt(int slab, int column) {
    return weights.at((long) slab * SLAB * cols + (long) column * slabRows(slab));
  }

  /** Where the column-major errors of a slab start. */
  org.bytedeco.javacpp.FloatPointer errorsAt(int slab) {
    return errors.at((long) slab * SLAB * errorCols);
  }

  @Override
  public void read(int column, int firstRow, int count, float[] destination, int offset) {
    int done = 0;
    while (done < count) {
      int row = firstRow + done;
      int slab = row / SLAB;
      int run = Math.min(count - done, (slab + 1) * SLAB - row);
      weights.get(position(cols, column, row), destination, offset + done, run);
      done += run;
    }
  }

  /**
   * Writes the errors of rows that lie in one slab; {@code column} counts from the block's start.
   */
  void writeErrors(int column, int firstRow, int count, float[] source) {
    errors.put(position(errorCols, column, firstRow), source, 0, count);
  }

  private void write(NativeFloats target, int column, int firstRow, int count, float[] source) {
    target.put(position(cols, column, firstRow), source, 0, count);
  }

  private long position(int width, int column, int row) {
    int slab = row / SLAB;
    return (long) slab * SLAB * width + (long) column * slabRows(slab) + (row - slab * SLAB);
  }

  @Override
  public void close() {
    weights.close();
    errors.close();
  }
}
