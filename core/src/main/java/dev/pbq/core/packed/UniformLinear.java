package dev.pbq.core.packed;

import dev.pbq.core.tensor.FloatMatrix;
import java.util.Optional;

/**
 * Storage family of RTN and GPTQ ({@code uniform}): every weight has a code on the {@link
 * AffineGrid} of its row and column group.
 */
public final class UniformLinear implements QuantizedLinear {
  private final int rows;
  private final int cols;
  private final int groupSize;
  private final ScaleDtype scaleDtype;
  private final byte[] codes;
  private final AffineGrid grid;
  private final Optional<int[]> columnGroup;

  /**
   * Takes ownership of the arrays.
   *
   * @param groupSize columns per group, 1..cols; the last group may be shorter
   * @param scaleDtype how scales are stored; they must already be rounded to it
   * @param codes [rows * cols], row-major, unsigned
   * @param grid grids indexed {@code group * rows + row}
   * @param columnGroup the group of each column where that is not {@code column / groupSize}
   *     (activation ordering)
   */
  public UniformLinear(
      int rows,
      int cols,
      int groupSize,
      ScaleDtype scaleDtype,
      byte[] codes,
      AffineGrid grid,
      Optional<int[]> columnGroup) {
    this.rows = rows;
    this.cols = cols;
    this.groupSize = groupSize;
    this.scaleDtype = scaleDtype;
    this.codes = codes;
    this.grid = grid;
    this.columnGroup = columnGroup;
  }

  @Override
  public String family() {
    return "uniform";
  }

  @Override
  public int rows() {
    return rows;
  }

  @Override
  public int cols() {
    return cols;
  }

  @Override
  public FloatMatrix dequantize() {
    float[] w = new float[rows * cols];
    for (int r = 0, i = 0; r < rows; r++) {
      for (int c = 0; c < cols; c++, i++) {
        int group = columnGroup.isPresent() ? columnGroup.get()[c] : c / groupSize;
        w[i] = grid.value(group * rows + r, codes[i] & 0xff);
      }
    }
    return new FloatMatrix(rows, cols, w);
  }

  @Override
  public BitAccount bits() {
    throw new UnsupportedOperationException("pending " + scaleDtype);
  }

  @Override
  public void write(PackedWriter out) {
    throw new UnsupportedOperationException("pending");
  }
}
