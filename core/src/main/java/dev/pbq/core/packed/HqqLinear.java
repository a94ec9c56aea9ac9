package dev.pbq.core.packed;

import dev.pbq.core.tensor.FloatMatrix;
import java.util.Arrays;
import java.util.Objects;

/**
 * Storage family of HQQ ({@code hqq}): codes with a scale and a floating-point zero point for each
 * group of weights along either axis ({@link FlatGroups}); a weight is {@code (code - zero) *
 * scale}.
 */
public final class HqqLinear implements QuantizedLinear, RowDequantizable {
  private final int rows;
  private final int cols;
  private final FlatGroups groups;
  private final int maxCode;
  private final ScaleDtype scaleDtype;
  private final ComputeDtype compute;
  private final byte[] codes;
  private final HqqParameters scale;
  private final HqqParameters zero;

  /**
   * Takes ownership of the arrays.
   *
   * @param groups their size must divide the number of weights
   * @param maxCode the largest code of the method: 255, 63, 31, 15, 7, 3, 2 (ternary), 1
   * @param scaleDtype how plain scales and zero points are stored; they must be rounded to it
   * @param compute the precision of dequantization
   * @param codes [rows * cols], row-major, unsigned
   * @param scale one per group
   * @param zero one per group, or none stored
   * @throws IllegalArgumentException if lengths do not fit the shape, a code is above {@code
   *     maxCode}, or a parameter is not finite or not rounded to {@code scaleDtype}
   */
  public HqqLinear(
      int rows,
      int cols,
      FlatGroups groups,
      int maxCode,
      ScaleDtype scaleDtype,
      ComputeDtype compute,
      byte[] codes,
      HqqParameters scale,
      HqqParameters zero) {
    Shapes.require(rows, cols, 1, codes);
    if (!groups.divides(codes.length)) {
      throw new IllegalArgumentException(codes.length + " weights in groups of " + groups.size());
    }
    if (maxCode < 1 || maxCode > 255) {
      throw new IllegalArgumentException("largest code " + maxCode);
    }
    this.rows = rows;
    this.cols = cols;
    this.groups = groups;
    this.maxCode = maxCode;
    this.scaleDtype = Objects.requireNonNull(scaleDtype, "scaleDtype");
    this.compute = Objects.requireNonNull(compute, "compute");
    this.codes = codes;
    this.scale = scale;
    this.zero = zero;
    if (scale instanceof HqqParameters.None) {
      throw new IllegalArgumentException("no scales");
    }
    int count = groups.count(codes.length);
    scale.requireStorable(scaleDtype, count, "scales");
    zero.requireStorable(scaleDtype, count, "zero points");
    boolean allCodesUsed = maxCode == (1 << codeBits()) - 1;
    if (!BitPacking.fit(codes, codeBits()) || (!allCodesUsed && largest(codes) > maxCode)) {
      throw new IllegalArgumentException("code " + largest(codes) + " is above " + maxCode);
    }
  }

  static int largest(byte[] codes) {
    int largest = 0;
    for (byte code : codes) {
      largest = Math.max(largest, code & 0xff);
    }
    return largest;
  }

  @Override
  public String family() {
    return HqqFormat.FAMILY;
  }

  @Override
  public int rows() {
    return rows;
  }

  @Override
  public int cols() {
    return cols;
  }

  public FlatGroups groups() {
    return groups;
  }

  /** The largest code that the method can give; 2 for ternary weights. */
  public int maxCode() {
    return maxCode;
  }

  /** Width of a stored code. */
  public int codeBits() {
    return Integer.SIZE - Integer.numberOfLeadingZeros(maxCode);
  }

  public ScaleDtype scaleDtype() {
    return scaleDtype;
  }

  public ComputeDtype compute() {
    return compute;
  }

  /** The codes [rows * cols], as given to the constructor; not a copy, not to be changed. */
  public byte[] codes() {
    return codes;
  }

  public HqqParameters scale() {
    return scale;
  }

  public HqqParameters zero() {
    return zero;
  }

  @Override
  public FloatMatrix dequantize() {
    return RowTasks.dequantize(rows, cols, rowValues());
  }

  @Override
  public RowValues rowValues() {
    float[] s = scale.values(compute);
    float[] z = zero.values(compute);
    return (first, count, to, at) -> values(first * cols, (first + count) * cols, s, z, to, at);
  }

  /** The values of weights {@code from .. to - 1} into {@code w} from {@code at} on. */
  private void values(int from, int to, float[] s, float[] z, float[] w, int at) {
    int run = groups.axis() == 1 ? groups.size() : s.length;
    for (int i = from; i < to; ) {
      // A run ends with its group (axis 1), or where the groups begin anew (axis 0).
      int n = Math.min(to - i, run - i % run);
      int out = at + (i - from);
      if (groups.axis() == 1) {
        consecutive(i, n, s[i / run], z[i / run], w, out);
      } else {
        strided(i, n, s, z, i % run, w, out);
      }
      i += n;
    }
  }

  private void consecutive(int from, int n, float s, float z, float[] w, int at) {
    if (compute == ComputeDtype.F32) {
      for (int k = 0; k < n; k++) {
        w[at + k] = ((codes[from + k] & 0xff) - z) * s;
      }
    } else {
      for (int k = 0; k < n; k++) {
        w[at + k] = compute.value(codes[from + k] & 0xff, z, s);
      }
    }
  }

  private void strided(int from, int n, float[] s, float[] z, int group, float[] w, int at) {
    if (compute == ComputeDtype.F32) {
      for (int k = 0; k < n; k++) {
        w[at + k] = ((codes[from + k] & 0xff) - z[group + k]) * s[group + k];
      }
    } else {
      for (int k = 0; k < n; k++) {
        w[at + k] = compute.value(codes[from + k] & 0xff, z[group + k], s[group + k]);
      }
    }
  }

  @Override
  public BitAccount bits() {
    return HqqFormat.bits(this);
  }

  @Override
  public <R> R match(Cases<R> cases) {
    return cases.hqq(this);
  }

  @Override
  public void write(PackedWriter out) {
    HqqFormat.write(this, out);
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof HqqLinear h
        && h.rows == rows
        && h.cols == cols
        && h.groups.equals(groups)
        && h.maxCode == maxCode
        && h.scaleDtype == scaleDtype
        && h.compute == compute
        && h.scale.equals(scale)
        && h.zero.equals(zero)
        && Arrays.equals(h.codes, codes);
  }

  @Override
  public int hashCode() {
    return 31 * Objects.hash(rows, cols, groups, maxCode, scale, zero) + Arrays.hashCode(codes);
  }

  @Override
  public String toString() {
    return "HqqLinear[" + rows + ", " + cols + ", " + groups + ", maxCode=" + maxCode + "]";
  }
}
