package dev.pbq.kernels.family;

import dev.pbq.core.packed.BlockFormatLinear;
import dev.pbq.core.packed.KeptWeights;
import dev.pbq.core.tensor.DType;
import dev.pbq.core.tensor.Half;
import dev.pbq.kernels.form.Apart;
import dev.pbq.kernels.form.CodeTiles;
import dev.pbq.kernels.form.Runs;
import dev.pbq.kernels.form.SparseBuilder;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Number formats. All their values are whole multiples of a power of two: where these multiples fit
 * in eight bits and are the same for all shared exponents, they are codes with that power as scale
 * (block floating point, integers, the narrow minifloats); else the values themselves are taken, in
 * the narrowest floating-point type that has them all.
 */
final class BlockFormatForm {
  private static final int FEWEST = 8;

  private final BlockFormatLinear linear;
  private final int cols;
  private final int across;

  /** The values of every code for each shared exponent that occurs; null for others. */
  private final float[][] values;

  private BlockFormatForm(BlockFormatLinear linear) {
    this.linear = linear;
    cols = linear.cols();
    across = (cols - 1) / linear.blockCols() + 1;
    values = new float[1 << linear.format().sharedBits()][];
    if (linear.shared().length == 0) {
      values[0] = values(0);
    }
    for (byte s : linear.shared()) {
      if (values[s & 0xff] == null) {
        values[s & 0xff] = values(s & 0xff);
      }
    }
  }

  static Form of(BlockFormatLinear linear) {
    return new BlockFormatForm(linear).form();
  }

  private float[] values(int shared) {
    float[] of = new float[1 << linear.format().width()];
    for (int code = 0; code < of.length; code++) {
      of[code] = linear.format().decode(code, shared);
    }
    return of;
  }

  private int shared(int row, int block) {
    return linear.shared().length == 0
        ? 0
        : linear.shared()[row / linear.blockRows() * across + block] & 0xff;
  }

  private Form form() {
    float[] units = new float[values.length];
    int[] multiples = null;
    for (int s = 0; s < values.length; s++) {
      if (values[s] != null) {
        units[s] = unit(values[s]);
        int[] of = multiples(values[s], units[s]);
        if (of.length == 0 || (multiples != null && !Arrays.equals(of, multiples))) {
          return asValues();
        }
        multiples = of;
      }
    }
    int lowest = Arrays.stream(multiples).min().orElseThrow();
    int highest = Arrays.stream(multiples).max().orElseThrow();
    boolean narrow = across > 1 && linear.blockCols() < FEWEST;
    if (highest - lowest > 255 || narrow) {
      return asValues();
    }
    return coded(units, multiples, lowest, highest);
  }

  private Form coded(float[] units, int[] multiples, int lowest, int highest) {
    int width = Runs.width(Math.max(1, 32 - Integer.numberOfLeadingZeros(highest - lowest)));
    Runs.Builder runs = new Runs.Builder(width, cols);
    int[][] columns = Columns.consecutive(cols, linear.blockCols());
    for (int b = 0; b < columns.length; b++) {
      runs.add(b, columns[b], Optional.empty());
    }
    byte[] codes = linear.codes();
    CodeTiles tiles =
        CodeTiles.of(
            linear.rows(),
            across,
            runs.build(),
            (first, count) -> (r, run, c) -> multiples[codes[r * cols + c] & 0xff] - lowest,
            GridForms.grid((r, b) -> units[shared(r, b)], (r, b) -> -lowest));
    return new Form.Coded(tiles, kept());
  }

  /** The largest power of two that all values are multiples of; 1 where all are 0. */
  private static float unit(float[] values) {
    float unit = 0;
    for (float v : values) {
      if (v != 0) {
        int bits = Float.floatToRawIntBits(v) & 0x7fffff;
        int places = bits == 0 ? 23 : Integer.numberOfTrailingZeros(bits);
        // The value of the lowest bit that is set; exact, subnormals included.
        float lowest = Math.ulp(v) * (1 << places);
        unit = unit == 0 ? lowest : Math.min(unit, lowest);
      }
    }
    return unit == 0 ? 1 : unit;
  }

  /** The values in units; empty if one is too large for an int. */
  private static int[] multiples(float[] values, float unit) {
    int[] multiples = new int[values.length];
    for (int i = 0; i < values.length; i++) {
      double multiple = (double) values[i] / unit;
      if (Math.abs(multiple) > 1 << 20) {
        return new int[0];
      }
      multiples[i] = (int) multiple;
    }
    return multiples;
  }

  private List<Apart> kept() {
    KeptWeights kept = linear.kept();
    SparseBuilder sparse = new SparseBuilder(linear.rows(), cols);
    float[] differences = new float[kept.count()];
    for (int i = 0; i < differences.length; i++) {
      int row = kept.index()[i] / cols;
      int column = kept.index()[i] % cols;
      sparse.add(row, column);
      int code = linear.codes()[kept.index()[i]] & 0xff;
      differences[i] = kept.value()[i] - values[shared(row, column / linear.blockCols())][code];
    }
    return sparse.build(numbers -> SparseBuilder.floats(numbers, differences));
  }

  private Form asValues() {
    boolean bf16 = true;
    boolean f16 = true;
    for (float[] of : values) {
      for (int i = 0; of != null && i < of.length; i++) {
        bf16 &= Half.bfloatToFloat(Half.bfloatFromFloat(of[i])) == of[i];
        f16 &= Half.round(of[i]) == of[i];
      }
    }
    for (float v : linear.kept().value()) {
      bf16 &= Half.bfloatToFloat(Half.bfloatFromFloat(v)) == v;
      f16 &= Half.round(v) == v;
    }
    return new Form.Values(linear, bf16 ? DType.BF16 : f16 ? DType.F16 : DType.F32);
  }
}
