package dev.pbq.kernels.family;

import dev.pbq.core.packed.AffineGrid;
import dev.pbq.core.packed.LowPart;
import dev.pbq.core.packed.SalientSplitLinear;
import dev.pbq.core.tensor.DType;
import dev.pbq.kernels.form.CodeTiles;
import dev.pbq.kernels.form.Runs;
import dev.pbq.kernels.form.SparseBuilder;
import dev.pbq.kernels.form.SparseRows;
import java.util.List;
import java.util.Optional;

/**
 * PB-LLM's layers: low weights as codes, the code 0 where a weight is salient; beside them what the
 * salient weights differ by from the low value of that code.
 */
final class SalientSplitForm {
  private final SalientSplitLinear linear;
  private final int rows;
  private final int cols;

  /**
   * Whether a group of a row has weights that are not salient, indexed {@code row * groups + g}.
   */
  private final boolean[] hasLow;

  private SalientSplitForm(SalientSplitLinear linear) {
    this.linear = linear;
    rows = linear.rows();
    cols = linear.cols();
    hasLow = new boolean[rows * linear.groups()];
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < cols; c++) {
        hasLow[r * linear.groups() + c / linear.groupSize()] |= !linear.isSalient(r, c);
      }
    }
  }

  static Form of(SalientSplitLinear linear) {
    return new SalientSplitForm(linear).form();
  }

  private Form form() {
    LowPart low = linear.low();
    if (low instanceof LowPart.Binary b) {
      // mean +- scale: 2 scale (code - 1/2), and mean for all columns of the group.
      CodeTiles.Grid grid =
          GridForms.grid(
              (r, g) -> g % 2 == 0 ? 2 * b.scale()[at(r, g / 2)] : -2 * b.mean()[at(r, g / 2)],
              (r, g) -> 0.5f);
      return coded(1, 2, grid, apart((r, g) -> b.mean()[at(r, g)] - b.scale()[at(r, g)]));
    }
    if (low instanceof LowPart.OneSided s) {
      CodeTiles.Grid grid = GridForms.grid((r, g) -> s.level()[at(r, g)], (r, g) -> 0);
      return coded(1, 1, grid, apart((r, g) -> 0));
    }
    if (low instanceof LowPart.Uniform u) {
      AffineGrid grid = u.grid();
      return coded(
          Runs.width(grid.bits()),
          1,
          GridForms.grid((r, g) -> grid.scale()[at(r, g)], (r, g) -> grid.zero()[at(r, g)]),
          apart((r, g) -> grid.value(at(r, g), 0)));
    }
    if (low instanceof LowPart.Zero) {
      return coded(1, 0, GridForms.grid((r, g) -> 0, (r, g) -> 0), apart((r, g) -> 0));
    }
    return new Form.Values(linear, DType.F32);
  }

  private int at(int row, int group) {
    return group * rows + row;
  }

  /**
   * @param perGroup sets of parameters for each group of columns: 2 with a constant, 0 for no codes
   */
  private Form coded(int bits, int perGroup, CodeTiles.Grid grid, List<SparseRows> apart) {
    Runs.Builder runs = new Runs.Builder(bits, cols);
    int[][] columns = Columns.consecutive(cols, linear.groupSize());
    for (int g = 0; g < columns.length && perGroup > 0; g++) {
      runs.add(g * perGroup, columns[g], Optional.empty());
      if (perGroup == 2) {
        runs.addConstant(g * perGroup + 1, columns[g], Optional.empty());
      }
    }
    byte[] codes = linear.codes();
    // Where all weights are salient, what low ones would be must not leave its rounding behind.
    CodeTiles.Grid used =
        GridForms.grid(
            (r, g) -> hasLow[r * columns.length + g / perGroup] ? grid.scale(r, g) : 0, grid::zero);
    CodeTiles tiles =
        CodeTiles.of(
            rows,
            columns.length * perGroup,
            runs.build(),
            (first, count) ->
                (r, run, c) -> linear.isSalient(r, c) ? 0 : codes[r * cols + c] & 0xff,
            used);
    return new Form.Coded(tiles, apart);
  }

  private List<SparseRows> apart(GridForms.RowNumber lowOfZero) {
    SparseBuilder sparse = new SparseBuilder(rows, cols);
    byte[] codes = new byte[linear.salientCount()];
    int n = 0;
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < cols; c++) {
        if (linear.isSalient(r, c)) {
          sparse.add(r, c);
          codes[n++] = linear.codes()[r * cols + c];
        }
      }
    }
    int groups = linear.groups();
    float[] low = new float[rows * groups];
    for (int r = 0; r < rows; r++) {
      for (int g = 0; g < groups; g++) {
        low[r * groups + g] = hasLow[r * groups + g] ? lowOfZero.of(r, g) : 0;
      }
    }
    return sparse.build(
        numbers ->
            new Salient(linear.high(), some(codes, numbers), low, groups, linear.groupSize()));
  }

  private static byte[] some(byte[] codes, int[] numbers) {
    byte[] some = new byte[numbers.length];
    for (int i = 0; i < some.length; i++) {
      some[i] = codes[numbers[i]];
    }
    return some;
  }

  /** What salient weights differ by from the low value of code 0. */
  private record Salient(AffineGrid high, byte[] codes, float[] low, int groups, int groupSize)
      implements SparseRows.Values {
    @Override
    public void read(int row, int from, int count, char[] columns, float[] to) {
      float scale = high.scale()[row];
      int zero = high.zero()[row];
      int end = 0;
      float lowOfGroup = 0;
      for (int i = 0, next = row * groups; i < count; i++) {
        // Columns ascend: the group changes seldom.
        for (; columns[from + i] >= end; end += groupSize) {
          lowOfGroup = low[next++];
        }
        to[i] = scale * ((codes[from + i] & 0xff) - zero) - lowOfGroup;
      }
    }

    @Override
    public long bytes() {
      return codes.length + 4L * low.length + 8L * high.scale().length;
    }
  }
}
