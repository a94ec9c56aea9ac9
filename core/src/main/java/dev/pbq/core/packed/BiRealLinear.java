package dev.pbq.core.packed;

import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.core.tensor.LinearForm;
import java.util.Arrays;
import java.util.Objects;

/**
 * Bi-Real's storage family ({@code bi-real}; PB-LLM, arXiv 2310.00034, compares its layer with it):
 * a sign for every weight and a scale for every row. The layer is no linear map: out = W sign(x),
 * without a bias. {@link #dequantize} gives W.
 */
public final class BiRealLinear implements QuantizedLinear, RowDequantizable {
  private final int rows;
  private final int cols;
  private final ScaleDtype scaleDtype;
  private final byte[] signs;
  private final float[] scale;

  /**
   * Takes ownership of the arrays.
   *
   * @param scaleDtype how the scales are stored; they must already be rounded to it
   * @param negative [rows * cols], row-major: 1 where the sign is -1, else 0
   * @param scale of each row, alpha [rows]
   * @throws IllegalArgumentException if lengths do not fit the shape, or a scale is not finite or
   *     not rounded to {@code scaleDtype}
   */
  public BiRealLinear(int rows, int cols, ScaleDtype scaleDtype, byte[] negative, float[] scale) {
    Shapes.require(rows, cols, cols, negative);
    this.rows = rows;
    this.cols = cols;
    this.scaleDtype = Objects.requireNonNull(scaleDtype, "scaleDtype");
    this.signs = negative;
    this.scale = scale;
    Shapes.requireStorable(scaleDtype, scale, rows, "scales");
    if (!BitPacking.fit(negative, 1)) {
      throw new IllegalArgumentException("a sign that is neither 0 nor 1");
    }
  }

  @Override
  public String family() {
    return BiRealFormat.FAMILY;
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

  /** The scales of the rows; not a copy, not to be changed. */
  public float[] scale() {
    return scale;
  }

  @Override
  public LinearForm form() {
    return LinearForm.SIGNED;
  }

  /** What the signs of the inputs are multiplied with: [rows, cols], +-alpha_r. */
  @Override
  public FloatMatrix dequantize() {
    return RowTasks.dequantize(rows, cols, rowValues());
  }

  @Override
  public RowValues rowValues() {
    return (first, count, to, at) -> {
      for (int r = 0; r < count; r++) {
        float alpha = scale[first + r];
        int i = (first + r) * cols;
        for (int c = 0; c < cols; c++) {
          to[at + r * cols + c] = signs[i + c] == 0 ? alpha : -alpha;
        }
      }
    };
  }

  @Override
  public BitAccount bits() {
    return BiRealFormat.bits(this);
  }

  @Override
  public <R> R match(Cases<R> cases) {
    return cases.biReal(this);
  }

  @Override
  public void write(PackedWriter out) {
    BiRealFormat.write(this, out);
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof BiRealLinear b
        && b.rows == rows
        && b.cols == cols
        && b.scaleDtype == scaleDtype
        && Arrays.equals(b.signs, signs)
        && Arrays.equals(b.scale, scale);
  }

  @Override
  public int hashCode() {
    return 31 * Objects.hash(rows, cols, Arrays.hashCode(scale)) + Arrays.hashCode(signs);
  }

  @Override
  public String toString() {
    return "BiRealLinear[" + rows + ", " + cols + "]";
  }
}
