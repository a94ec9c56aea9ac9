package dev.pbq.core.packed;

import dev.pbq.core.tensor.FloatMatrix;
import java.util.stream.IntStream;

/**
 * Cuts the rows of a layer into tasks of about equal size, whatever the number of threads, and runs
 * them in parallel.
 */
final class RowTasks {
  /** Weights of a task, about. */
  private static final int TASK = 1 << 16;

  private RowTasks() {}

  /** What is done with some rows. */
  interface Body {
    /** Handles rows {@code first .. end - 1}. */
    void accept(int first, int end);
  }

  /** All values of a layer. */
  static FloatMatrix dequantize(int rows, int cols, RowDequantizable.RowValues values) {
    float[] w = new float[Math.multiplyExact(rows, cols)];
    forEach(rows, cols, (first, end) -> values.read(first, end - first, w, first * cols));
    return new FloatMatrix(rows, cols, w);
  }

  /** Hands all rows to {@code body}, some at a time, in any order. */
  static void forEach(int rows, int cols, Body body) {
    int perTask = Math.max(1, TASK / cols);
    IntStream.range(0, (rows - 1) / perTask + 1)
        .parallel()
        .forEach(
            t -> body.accept(t * perTask, Math.min(rows - t * perTask, perTask) + t * perTask));
  }
}
