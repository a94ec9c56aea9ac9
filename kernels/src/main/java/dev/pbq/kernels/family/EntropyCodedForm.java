package dev.pbq.kernels.family;

import dev.pbq.core.packed.EntropyCodedLinear;
import dev.pbq.core.packed.RowDequantizable.RowValues;
import dev.pbq.kernels.form.Apart;
import dev.pbq.kernels.form.CodeTiles;
import dev.pbq.kernels.form.Runs;
import dev.pbq.kernels.form.SparseBuilder;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Entropy-coded layers: the levels that codes stand for, in the width at which codes and the levels
 * that do not fit, which stand apart, take the fewest bits. Steps of columns multiply the inputs.
 */
final class EntropyCodedForm {
  private static final int[] WIDTHS = {1, 2, 3, 4, 5, 8};

  /** Bits of a weight apart: a column and a value. */
  private static final int APART = 48;

  /** Rows that are read together. */
  private static final int BAND = 64;

  private EntropyCodedForm() {}

  /** Levels {@code lowest .. lowest + 2^bits - 1} have codes. */
  private record Window(int bits, int lowest) {
    boolean holds(int level) {
      return level >= lowest && (long) level - lowest < 1 << bits;
    }

    /** The level whose code stands where a level does not fit: the one next to 0. */
    int stand() {
      return Math.max(lowest, Math.min(0, lowest + (1 << bits) - 1));
    }
  }

  static Form of(EntropyCodedLinear linear) {
    int rows = linear.rows();
    int cols = linear.cols();
    RowValues levels = linear.levels();
    Window window = window(histogram(rows, cols, levels), (long) rows * cols);
    float[] steps = linear.steps().values();
    Runs runs =
        new Runs.Builder(window.bits, cols)
            .add(0, Columns.range(0, cols), Optional.of(steps))
            .build();
    CodeTiles tiles =
        CodeTiles.of(
            rows,
            1,
            runs,
            (first, count) -> {
              float[] of = new float[count * cols];
              levels.read(first, count, of, 0);
              return (r, run, c) -> {
                int level = (int) of[(r - first) * cols + c];
                return (window.holds(level) ? level : window.stand()) - window.lowest;
              };
            },
            GridForms.grid(
                (r, g) -> linear.rowScales().map(s -> s[r]).orElse(1f), (r, g) -> -window.lowest));
    return new Form.Coded(tiles, apart(linear, levels, window, steps));
  }

  private static NavigableMap<Integer, Long> histogram(int rows, int cols, RowValues levels) {
    NavigableMap<Integer, Long> counts = new TreeMap<>();
    float[] band = new float[Math.min(rows, BAND) * cols];
    for (int first = 0; first < rows; first += BAND) {
      int count = Math.min(BAND, rows - first);
      levels.read(first, count, band, 0);
      int[] some = new int[count * cols];
      for (int i = 0; i < some.length; i++) {
        some[i] = (int) band[i];
      }
      Arrays.sort(some);
      for (int from = 0, i = 1; i <= some.length; i++) {
        if (i == some.length || some[i] != some[from]) {
          counts.merge(some[from], (long) i - from, Long::sum);
          from = i;
        }
      }
    }
    return counts;
  }

  private static Window window(NavigableMap<Integer, Long> counts, long weights) {
    Window best = new Window(8, 0);
    long fewest = Long.MAX_VALUE;
    for (int bits : WIDTHS) {
      for (int lowest : counts.keySet()) {
        long inside =
            counts.subMap(lowest, true, last(lowest, bits), true).values().stream()
                .mapToLong(n -> n)
                .sum();
        long taken = bits * weights + APART * (weights - inside);
        if (taken < fewest) {
          fewest = taken;
          best = new Window(bits, lowest);
        }
      }
    }
    return best;
  }

  private static int last(int lowest, int bits) {
    return (int) Math.min(Integer.MAX_VALUE, lowest + (1L << bits) - 1);
  }

  private static List<Apart> apart(
      EntropyCodedLinear linear, RowValues levels, Window window, float[] steps) {
    int rows = linear.rows();
    int cols = linear.cols();
    SparseBuilder sparse = new SparseBuilder(rows, cols);
    float[] values = new float[16];
    int n = 0;
    float[] band = new float[Math.min(rows, BAND) * cols];
    for (int first = 0; first < rows; first += BAND) {
      int count = Math.min(BAND, rows - first);
      levels.read(first, count, band, 0);
      for (int i = 0; i < count * cols; i++) {
        int level = (int) band[i];
        if (!window.holds(level)) {
          int row = first + i / cols;
          sparse.add(row, i % cols);
          values = n == values.length ? Arrays.copyOf(values, 2 * n) : values;
          float scale = linear.rowScales().isPresent() ? linear.rowScales().get()[row] : 1f;
          values[n++] = scale * (steps[i % cols] * (float) ((double) level - window.stand()));
        }
      }
    }
    float[] all = values;
    return sparse.build(numbers -> SparseBuilder.floats(numbers, all));
  }
}
