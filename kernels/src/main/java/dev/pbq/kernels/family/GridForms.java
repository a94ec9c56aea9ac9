package dev.pbq.kernels.family;

import dev.pbq.core.packed.AffineGrid;
import dev.pbq.core.packed.BiRealLinear;
import dev.pbq.core.packed.ComputeDtype;
import dev.pbq.core.packed.FlatGroups;
import dev.pbq.core.packed.HqqLinear;
import dev.pbq.core.packed.OneBitLinear;
import dev.pbq.core.packed.UniformLinear;
import dev.pbq.core.tensor.DType;
import dev.pbq.kernels.form.CodeTiles;
import dev.pbq.kernels.form.Runs;
import java.util.Optional;
import java.util.function.IntBinaryOperator;

/** The families with one grid for each group of a row. */
final class GridForms {
  /** The fewest columns of a group that are worth a word of their own. */
  private static final int FEWEST = 8;

  private GridForms() {}

  static Form uniform(UniformLinear linear) {
    int[][] columns =
        linear
            .columnGroup()
            .map(of -> Columns.byGroup(of, linear.groups()))
            .orElseGet(() -> Columns.consecutive(linear.cols(), linear.groupSize()));
    if (tooNarrow(columns)) {
      return new Form.Values(linear, DType.F32);
    }
    AffineGrid grid = linear.grid();
    int rows = linear.rows();
    return coded(
        rows,
        linear.cols(),
        grid.bits(),
        columns,
        linear.codes(),
        grid((r, g) -> grid.scale()[g * rows + r], (r, g) -> (float) grid.zero()[g * rows + r]));
  }

  static Form hqq(HqqLinear linear) {
    int cols = linear.cols();
    FlatGroups groups = linear.groups();
    if (linear.compute() != ComputeDtype.F32) {
      DType rounded = linear.compute() == ComputeDtype.F16 ? DType.F16 : DType.BF16;
      return new Form.Values(linear, rounded);
    }
    boolean withinRow = cols % groups.size() == 0;
    boolean wholeRows = groups.size() % cols == 0;
    if (groups.axis() != 1 || !(withinRow || wholeRows) || groups.size() < FEWEST) {
      return new Form.Values(linear, DType.F32);
    }
    float[] scale = linear.scale().values(linear.compute());
    float[] zero = linear.zero().values(linear.compute());
    IntBinaryOperator index =
        (r, g) -> (int) (((long) r * cols + (long) g * groups.size()) / groups.size());
    return coded(
        linear.rows(),
        cols,
        linear.codeBits(),
        Columns.consecutive(cols, Math.min(cols, groups.size())),
        linear.codes(),
        grid((r, g) -> scale[index.applyAsInt(r, g)], (r, g) -> zero[index.applyAsInt(r, g)]));
  }

  static Form oneBit(OneBitLinear linear) {
    float[] h = linear.output();
    return signs(linear.rows(), linear.cols(), linear.negative(), h, Optional.of(linear.input()));
  }

  static Form biReal(BiRealLinear linear) {
    return signs(linear.rows(), linear.cols(), linear.negative(), linear.scale(), Optional.empty());
  }

  private static Form signs(
      int rows, int cols, byte[] negative, float[] scale, Optional<float[]> factors) {
    Runs runs = new Runs.Builder(1, cols).add(0, Columns.range(0, cols), factors).build();
    return Form.Coded.of(
        CodeTiles.of(
            rows,
            1,
            runs,
            (first, count) -> (r, run, c) -> 1 - negative[r * cols + c],
            grid((r, g) -> 2 * scale[r], (r, g) -> 0.5f)));
  }

  private static Form coded(
      int rows, int cols, int bits, int[][] columns, byte[] codes, CodeTiles.Grid grid) {
    Runs.Builder runs = new Runs.Builder(Runs.width(bits), cols);
    for (int g = 0; g < columns.length; g++) {
      runs.add(g, columns[g], Optional.empty());
    }
    return Form.Coded.of(
        CodeTiles.of(
            rows,
            columns.length,
            runs.build(),
            (first, count) -> (r, run, c) -> codes[r * cols + c] & 0xff,
            grid));
  }

  /** Whether words would be mostly empty. */
  static boolean tooNarrow(int[][] columns) {
    int all = 0;
    for (int[] group : columns) {
      all += group.length;
    }
    return columns.length > 1 && all < (long) FEWEST * columns.length;
  }

  /** A number for each group of each row. */
  interface RowNumber {
    float of(int row, int group);
  }

  static CodeTiles.Grid grid(RowNumber scale, RowNumber zero) {
    return new CodeTiles.Grid() {
      @Override
      public float scale(int row, int group) {
        return scale.of(row, group);
      }

      @Override
      public float zero(int row, int group) {
        return zero.of(row, group);
      }
    };
  }
}
