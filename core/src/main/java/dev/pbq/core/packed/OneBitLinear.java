package dev.pbq.core.packed;

import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.core.tensor.LinearForm;
import java.util.Arrays;
import java.util.Objects;

/**
 * OneBit's storage family ({@code onebit}; arXiv 2402.11295): a sign for every weight, a vector on
 * the inputs and one on the outputs. The layer is no linear map: out = norm(h * (S (g * x))) + b,
 * where norm subtracts the mean of a token's outputs and divides by the root of their variance plus
 * 1e-5. {@link #dequantize} gives what stands before the norm.
 */
public final class OneBitLinear implements QuantizedLinear, RowDequantizable {
  private final int rows;
  private final int cols;
  private final ScaleDtype scaleDtype;
  private final byte[] signs;
  private final float[] input;
  private final float[] output;

  /**
   * Takes ownership of the arrays.
   *
   * @param scaleDtype how the vectors are stored; they must already be rounded to it
   * @param negative [rows * cols], row-major: 1 where the sign is -1, else 0
   * @param input the factor of each input, g [cols]
   * @param output the factor of each output, h [rows]
   * @throws IllegalArgumentException if lengths do not fit the shape, or a factor is not finite or
   *     not rounded to {@code scaleDtype}
   */
  public OneBitLinear(
      int rows, int cols, ScaleDtype scaleDtype, byte[] negative, float[] input, float[] output) {
    Shapes.require(rows, cols, cols, negative);
    this.rows = rows;
    this.cols = cols;
    this.scaleDtype = Objects.requireNonNull(scaleDtype, "scaleDtype");
    this.signs = negative;
    this.input = input;
    this.output = output;
    Shapes.requireStorable(scaleDtype, input, cols, "input factors");
    Shapes.requireStorable(scaleDtype, output, rows, "output factors");
    if (!BitPacking.fit(negative, 1)) {
      throw new IllegalArgumentException("a sign that is neither 0 nor 1");
    }
  }

  @Override
  public String family() {
    return OneBitFormat.FAMILY;
  }

  @Override
  public int rows() {
    return rows;
  }

  @Override
  public int cols() {
    return cols;
  }

  public ScaleDtype scaleDtype() {
    return scaleDtype;
  }

  /** 1 where a sign is -1, [rows * cols], as given to the constructor; not a copy. */
  public byte[] negative() {
    return signs;
  }

  /** The factors of the inputs; not a copy, not to be changed. */
  public float[] input() {
    return input;
  }

  /** The factors of the outputs; not a copy, not to be changed. */
  public float[] output() {
    return output;
  }

  @Override
  public LinearForm form() {
    return LinearForm.NORMALIZED;
  }

  /** The product before the norm: [rows, cols], h_r * g_c with its sign. */
  @Override
  public FloatMatrix dequantize() {
    return RowTasks.dequantize(rows, cols, rowValues());
  }

  @Override
  public RowValues rowValues() {
    return (first, count, to, at) -> {
      for (int r = 0; r < count; r++) {
        float h = output[first + r];
        int i = (first + r) * cols;
        for (int c = 0; c < cols; c++) {
          float magnitude = h * input[c];
          to[at + r * cols + c] = signs[i + c] == 0 ? magnitude : -magnitude;
        }
      }
    };
  }

  @Override
  public BitAccount bits() {
    return OneBitFormat.bits(this);
  }

  @Override
  public <R> R match(Cases<R> cases) {
    return cases.oneBit(this);
  }

  @Override
  public void write(PackedWriter out) {
    OneBitFormat.write(this, out);
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof OneBitLinear b
        && b.rows == rows
        && b.cols == cols
        && b.scaleDtype == scaleDtype
        && Arrays.equals(b.signs, signs)
        && Arrays.equals(b.input, input)
        && Arrays.equals(b.output, output);
  }

  @Override
  public int hashCode() {
    return 31 * Objects.hash(rows, cols, Arrays.hashCode(input)) + Arrays.hashCode(signs);
  }

  @Override
  public String toString() {
    return "OneBitLinear[" + rows + ", " + cols + "]";
  }
}
