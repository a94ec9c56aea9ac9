package dev.pbq.core.packed;

import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.tensor.FloatMatrix;

/**
 * Cuts the rows of a layer into tasks of about equal size, whatever the number of threads, and runs
 * them in parallel.
 */
final class RowTasks {
  /** Weights of a task, about. */
  private static final int TASK = 1 << 16;

  private RowTasks() {}

  /** All values of a layer. */
  static FloatMatrix dequantize(int rows, int cols, RowDequantizable.RowValues values) {
    float[] w = new float[Math.multiplyExact(rows, cols)];
    forEach(rows, cols, (first, end) -> values.read(first, end - first, w, first * cols));
    return new FloatMatrix(rows, cols, w);
  }

  /** Hands all rows to {@code body}, some at a time, in any order. */
  static void forEach(int rows, int cols, Parallel.RangeTask body) {
    Parallel.forEachRange(rows, perTask(cols), body);
  }

  /** Rows of a task where a row has {@code cols} weights. */
  static int perTask(int cols) {
    return Math.max(1, TASK / cols);
  }
}
