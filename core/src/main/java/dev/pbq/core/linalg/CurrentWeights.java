package dev.pbq.core.linalg;

/** The compensated weights [rows, cols] in the middle of a {@link ColumnSweep}. */
public interface CurrentWeights {
  int rows();

  int cols();

  /**
   * Reads rows [firstRow, firstRow + count) of one column. Thread-safe.
   *
   * @param destination receives them from {@code offset} on
   */
  void read(int column, int firstRow, int count, float[] destination, int offset);
}
