package dev.pbq.kernels.family;

import dev.pbq.core.packed.AffineGrid;
import dev.pbq.core.packed.LowPart;
import dev.pbq.core.packed.SalientSplitLinear;
import dev.pbq.core.tensor.DType;
import dev.pbq.kernels.form.Apart;
import dev.pbq.kernels.form.CodeTiles;
import dev.pbq.kernels.form.Runs;
import dev.pbq.kernels.form.SignRuns;
import dev.pbq.kernels.form.SignTiles;
import dev.pbq.kernels.form.SparseBuilder;
import dev.pbq.kernels.form.SparseRows;
import dev.pbq.kernels.lanes.Lanes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * PB-LLM's layers. Binary low weights are one of two classes, the other of which is 0 and has the
 * salient weights; other low weights are codes, the code 0 where a weight is salient. Beside them
 * stands what the salient weights differ by from that.
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
      List<Apart> parts = new ArrayList<>(List.of(low(b)));
      parts.addAll(apart((r, g) -> 0));
      return new Form.Coded(CodeTiles.none(rows, cols), parts);
    }
    if (low instanceof LowPart.OneSided s) {
      CodeTiles.Grid grid = GridForms.grid((r, g) -> s.level()[at(r, g)], (r, g) -> 0);
      return coded(1, grid, apart((r, g) -> 0));
    }
    if (low instanceof LowPart.Uniform u) {
      AffineGrid grid = u.grid();
      return coded(
          Runs.width(grid.bits()),
          GridForms.grid((r, g) -> grid.scale()[at(r, g)], (r, g) -> grid.zero()[at(r, g)]),
          apart((r, g) -> grid.value(at(r, g), 0)));
    }
    if (low instanceof LowPart.Zero) {
      return new Form.Coded(CodeTiles.none(rows, cols), apart((r, g) -> 0));
    }
    return new Form.Values(linear, DType.F32);
  }

  private int at(int row, int group) {
    return group * rows + row;
  }

  /** mean +- scale where a weight is not salient: class 1; 0 elsewhere. */
  private SignTiles low(LowPart.Binary of) {
    List<SignRuns.Run> runs = new ArrayList<>();
    List<Integer> group = new ArrayList<>();
    int[][] columns = Columns.consecutive(cols, linear.groupSize());
    for (int g = 0; g < columns.length; g++) {
      for (int[] some : Columns.cut(columns[g])) {
        group.add(g);
        runs.add(new SignRuns.Run(some, Optional.empty()));
      }
    }
    byte[] codes = linear.codes();
    return SignTiles.of(
        rows,
        new SignRuns(cols, Lanes.Sums.ONE, runs),
        new SignTiles.Source() {
          @Override
          public int code(int r, int c) {
            return linear.isSalient(r, c) ? 0 : 3 - 2 * codes[r * cols + c];
          }

          @Override
          public float scale(int r, int run, int classOf) {
            return of.scale()[at(r, group.get(run))];
          }

          @Override
          public float mean(int r, int run, int classOf) {
            return of.mean()[at(r, group.get(run))];
          }
        });
  }

  private Form coded(int bits, CodeTiles.Grid grid, List<Apart> apart) {
    Runs.Builder runs = new Runs.Builder(bits, cols);
    int[][] columns = Columns.consecutive(cols, linear.groupSize());
    for (int g = 0; g < columns.length; g++) {
      runs.add(g, columns[g], Optional.empty());
    }
    byte[] codes = linear.codes();
    // Where all weights are salient, what low ones would be must not leave its rounding behind.
    CodeTiles.Grid used =
        GridForms.grid((r, g) -> hasLow[r * columns.length + g] ? grid.scale(r, g) : 0, grid::zero);
    CodeTiles tiles =
        CodeTiles.of(
            rows,
            columns.length,
            runs.build(),
            (first, count) ->
                (r, run, c) -> linear.isSalient(r, c) ? 0 : codes[r * cols + c] & 0xff,
            used);
    return new Form.Coded(tiles, apart);
  }

  private List<Apart> apart(GridForms.RowNumber lowOfZero) {
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
    boolean alone = IntStream.range(0, low.length).allMatch(i -> low[i] == 0);
    return sparse.build(
        numbers ->
            alone
                ? new SalientCodes(linear.high(), some(codes, numbers))
                : new Salient(
                    linear.high(), some(codes, numbers), low, groups, linear.groupSize()));
  }

  private static byte[] some(byte[] codes, int[] numbers) {
    byte[] some = new byte[numbers.length];
    for (int i = 0; i < some.length; i++) {
      some[i] = codes[numbers[i]];
    }
    return some;
  }

  /** Salient weights: a code less the row's zero, which the row's scale is multiplied with. */
  private record SalientCodes(AffineGrid high, byte[] codes) implements SparseRows.Values {
    @Override
    public void read(int row, int from, int count, char[] columns, float[] to) {
      int zero = high.zero()[row];
      for (int i = 0; i < count; i++) {
        to[i] = (codes[from + i] & 0xff) - zero;
      }
    }

    @Override
    public float scale(int row) {
      return high.scale()[row];
    }

    @Override
    public float dot(
        int row, int from, int count, char[] columns, float[] x, int at, float[] scratch) {
      int zero = high.zero()[row];
      float a = 0;
      float b = 0;
      float c = 0;
      float d = 0;
      int whole = from + (count & ~3);
      for (int i = from; i < whole; i += 4) {
        a = Math.fma((float) ((codes[i] & 0xff) - zero), x[at + columns[i]], a);
        b = Math.fma((float) ((codes[i + 1] & 0xff) - zero), x[at + columns[i + 1]], b);
        c = Math.fma((float) ((codes[i + 2] & 0xff) - zero), x[at + columns[i + 2]], c);
        d = Math.fma((float) ((codes[i + 3] & 0xff) - zero), x[at + columns[i + 3]], d);
      }
      int end = from + count;
      a = whole < end ? term(whole, zero, columns, x, at, a) : a;
      b = whole + 1 < end ? term(whole + 1, zero, columns, x, at, b) : b;
      c = whole + 2 < end ? term(whole + 2, zero, columns, x, at, c) : c;
      return (a + b) + (c + d);
    }

    private float term(int i, int zero, char[] columns, float[] x, int at, float sum) {
      return Math.fma((float) ((codes[i] & 0xff) - zero), x[at + columns[i]], sum);
    }

    @Override
    public long bytes() {
      return codes.length + 8L * high.scale().length;
    }
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
