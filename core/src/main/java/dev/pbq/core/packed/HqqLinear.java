package dev.pbq.core.packed;

import dev.pbq.core.tensor.FloatMatrix;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * Storage family of HQQ ({@code hqq}): codes with a scale and a floating-point zero point for each
 * group of weights along either axis ({@link FlatGroups}); a weight is {@code (code - zero) *
 * scale}.
 */
public final class HqqLinear implements QuantizedLinear {
  /** Weights that one task of {@link #dequantize()} handles, about. */
  private static final int TASK = 1 << 16;

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
   * @param groups must leave no weight over
   * @param maxCode the largest code of the method: 255, 63, 31, 15, 7, 3, 2 (ternary), 1
   * @param scaleDtype how plain scales and zero points are stored; they must be rounded to it
   * @param compute the precision of dequantization
   * @param codes [rows * cols], row-major, unsigned
   * @param scale one per group
   * @param zero one per group
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
    requireStorable(scale, "scales");
    requireStorable(zero, "zero points");
    int largest = largest(codes);
    if (largest > maxCode) {
      throw new IllegalArgumentException("code " + largest + " is above " + maxCode);
    }
  }

  private void requireStorable(HqqParameters parameters, String what) {
    int count = groups.count(codes.length);
    if (parameters instanceof HqqParameters.Plain plain) {
      Shapes.requireStorable(scaleDtype, plain.values(), count, what);
    } else if (parameters.count() != count) {
      throw new IllegalArgumentException(
          parameters.count() + " " + what + " where " + count + " belong");
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
    float[] w = new float[codes.length];
    float[] s = scale.values(compute);
    float[] z = zero.values(compute);
    IntStream.range(0, (w.length - 1) / TASK + 1)
        .parallel()
        .forEach(
            t -> {
              int from = t * TASK;
              int to = Math.min(w.length - from, TASK) + from;
              if (groups.axis() == 1) {
                dequantizeConsecutive(w, s, z, from, to);
              } else {
                dequantizeStrided(w, s, z, from, to);
              }
            });
    return new FloatMatrix(rows, cols, w);
  }

  private void dequantizeConsecutive(float[] w, float[] s, float[] z, int from, int to) {
    int size = groups.size();
    for (int i = from; i < to; ) {
      int g = i / size;
      // Without overflow even where the last group ends near 2^31.
      int end = Math.min(to - i, size - i % size) + i;
      values(w, i, end, s[g], z[g]);
      i = end;
    }
  }

  private void values(float[] w, int from, int to, float s, float z) {
    if (compute == ComputeDtype.F32) {
      for (int i = from; i < to; i++) {
        w[i] = ((codes[i] & 0xff) - z) * s;
      }
    } else {
      for (int i = from; i < to; i++) {
        w[i] = compute.value(codes[i] & 0xff, z, s);
      }
    }
  }

  private void dequantizeStrided(float[] w, float[] s, float[] z, int from, int to) {
    int count = s.length;
    for (int i = from, g = from % count; i < to; i++) {
      w[i] = compute.value(codes[i] & 0xff, z[g], s[g]);
      g = g + 1 == count ? 0 : g + 1;
    }
  }

  @Override
  public BitAccount bits() {
    return HqqFormat.bits(this);
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
