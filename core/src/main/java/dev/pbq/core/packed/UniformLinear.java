package dev.pbq.core.packed;

import dev.pbq.core.tensor.FloatMatrix;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;

/**
 * Storage family of RTN and GPTQ ({@code uniform}): every weight has a code on the {@link
 * AffineGrid} of its row and column group.
 */
public final class UniformLinear implements QuantizedLinear, RowDequantizable {
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
   * @throws IllegalArgumentException if lengths do not fit the shape, a code does not fit its
   *     width, a group does not exist, or a scale is not finite or not rounded to {@code
   *     scaleDtype}
   */
  public UniformLinear(
      int rows,
      int cols,
      int groupSize,
      ScaleDtype scaleDtype,
      byte[] codes,
      AffineGrid grid,
      Optional<int[]> columnGroup) {
    Shapes.require(rows, cols, groupSize, codes);
    this.rows = rows;
    this.cols = cols;
    this.groupSize = groupSize;
    this.scaleDtype = Objects.requireNonNull(scaleDtype, "scaleDtype");
    this.codes = codes;
    this.grid = Objects.requireNonNull(grid, "grid");
    this.columnGroup = Objects.requireNonNull(columnGroup, "columnGroup");
    Shapes.requireStorable(scaleDtype, grid.scale(), (long) groups() * rows, "scales");
    columnGroup.ifPresent(this::requireGroups);
    if (!BitPacking.fit(codes, grid.bits())) {
      throw new IllegalArgumentException("a code does not fit in " + grid.bits() + " bits");
    }
  }

  private void requireGroups(int[] groupOf) {
    if (groupOf.length != cols) {
      throw new IllegalArgumentException(groupOf.length + " column groups, " + cols + " columns");
    }
    for (int group : groupOf) {
      if (group < 0 || group >= groups()) {
        throw new IllegalArgumentException("a column in group " + group + " of " + groups());
      }
    }
  }

  @Override
  public String family() {
    return UniformFormat.FAMILY;
  }

  @Override
  public int rows() {
    return rows;
  }

  @Override
  public int cols() {
    return cols;
  }

  /** Columns per group. */
  public int groupSize() {
    return groupSize;
  }

  /** Groups of columns; the last may be narrower. */
  public int groups() {
    return Shapes.groups(cols, groupSize);
  }

  public ScaleDtype scaleDtype() {
    return scaleDtype;
  }

  /** The codes [rows * cols], as given to the constructor; not a copy, not to be changed. */
  public byte[] codes() {
    return codes;
  }

  /** The grids, indexed {@code group * rows + row}. */
  public AffineGrid grid() {
    return grid;
  }

  /** The group of each column, where it is not {@code column / groupSize}; not a copy. */
  public Optional<int[]> columnGroup() {
    return columnGroup;
  }

  @Override
  public FloatMatrix dequantize() {
    return RowTasks.dequantize(rows, cols, rowValues());
  }

  @Override
  public RowValues rowValues() {
    return (first, count, to, at) -> {
      for (int r = 0; r < count; r++) {
        if (columnGroup.isPresent()) {
          dequantizeRow(first + r, columnGroup.get(), to, at + r * cols);
        } else {
          dequantizeRow(first + r, to, at + r * cols);
        }
      }
    };
  }

  private void dequantizeRow(int row, float[] w, int at) {
    int i = row * cols;
    int shift = at - i;
    int rowEnd = i + cols;
    for (int p = row; i < rowEnd; p += rows) {
      float scale = grid.scale()[p];
      int zero = grid.zero()[p];
      for (int end = i + Math.min(rowEnd - i, groupSize); i < end; i++) {
        w[shift + i] = scale * ((codes[i] & 0xff) - zero);
      }
    }
  }

  private void dequantizeRow(int row, int[] groupOf, float[] w, int at) {
    for (int c = 0, i = row * cols; c < cols; c++, i++) {
      w[at + c] = grid.value(groupOf[c] * rows + row, codes[i] & 0xff);
    }
  }

  @Override
  public BitAccount bits() {
    return UniformFormat.bits(this);
  }

  @Override
  public <R> R match(Cases<R> cases) {
    return cases.uniform(this);
  }

  @Override
  public void write(PackedWriter out) {
    UniformFormat.write(this, out);
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof UniformLinear u
        && u.rows == rows
        && u.cols == cols
        && u.groupSize == groupSize
        && u.scaleDtype == scaleDtype
        && u.grid.equals(grid)
        && Arrays.equals(u.columnGroup.orElse(null), columnGroup.orElse(null))
        && Arrays.equals(u.codes, codes);
  }

  @Override
  public int hashCode() {
    return 31 * Objects.hash(rows, cols, groupSize, grid) + Arrays.hashCode(codes);
  }

  @Override
  public String toString() {
    return "UniformLinear[" + rows + ", " + cols + ", bits=" + grid.bits() + "]";
  }
}
