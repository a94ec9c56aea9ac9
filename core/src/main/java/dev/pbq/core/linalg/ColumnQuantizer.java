package dev.pbq.core.linalg;

import dev.pbq.core.parallel.Parallel;

/**
 * The algorithm's part of a {@link ColumnSweep}: turns compensated weights into values that can be
 * stored. Column numbers are positions in the order of the sweep, which is the weight's own unless
 * the factor has another ({@link InverseFactor#order}).
 */
public interface ColumnQuantizer {
  /**
   * Called before the columns [from, to) of a block are quantized, when the weights from there on
   * carry the compensation of everything before. Here an algorithm fits what depends on current
   * weights. One thread calls; it may use {@link Parallel}.
   */
  default void beginBlock(int from, int to, CurrentWeights weights) {}

  /**
   * Quantizes rows [firstRow, firstRow + count) of one column. Called by several threads at once,
   * for different rows; for each row, columns come in order.
   *
   * @param w current weights; entry i belongs to row firstRow + i
   * @param q receives the values that stand for them in the stored layer
   * @param codes receives their codes; zero on entry
   */
  void quantize(int column, int firstRow, int count, float[] w, float[] q, byte[] codes);
}
