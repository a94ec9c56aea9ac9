package dev.pbq.core.packed;

import java.util.Arrays;
import java.util.Objects;

/** The scales or the zero points of an {@link HqqLinear}, one per group. */
public sealed interface HqqParameters {
  /** How many there are. */
  int count();

  /** The parameters as dequantization uses them; not to be changed. */
  float[] values(ComputeDtype compute);

  /**
   * Floating-point numbers.
   *
   * @param values already rounded to the layer's scale type
   */
  record Plain(float[] values) implements HqqParameters {
    public Plain {
      Objects.requireNonNull(values, "values");
    }

    @Override
    public int count() {
      return values.length;
    }

    @Override
    public float[] values(ComputeDtype compute) {
      return values;
    }

    @Override
    public boolean equals(Object o) {
      return o instanceof Plain p && Arrays.equals(p.values, values);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(values);
    }

    @Override
    public String toString() {
      return "Plain[" + values.length + "]";
    }
  }

  /**
   * Eight-bit codes (spec 3.4, quantized meta-data): parameter {@code i} is {@code (codes[i] -
   * zero[g]) * scale[g]} with {@code g = i % (count / groupSize)}, groups along axis 0.
   *
   * @param groupSize parameters that share a scale and a zero point; divides their number
   * @param codes one byte each, unsigned
   * @param scale float32, one per group
   * @param zero float32, one per group
   */
  record Coded(int groupSize, byte[] codes, float[] scale, float[] zero) implements HqqParameters {
    public Coded {
      if (groupSize < 1 || codes.length % groupSize != 0) {
        throw new IllegalArgumentException(codes.length + " codes in groups of " + groupSize);
      }
      int groups = codes.length / groupSize;
      Shapes.requireStorable(ScaleDtype.F32, scale, groups, "scales of parameters");
      Shapes.requireStorable(ScaleDtype.F32, zero, groups, "zero points of parameters");
    }

    @Override
    public int count() {
      return codes.length;
    }

    @Override
    public float[] values(ComputeDtype compute) {
      float[] values = new float[codes.length];
      for (int i = 0; i < values.length; i++) {
        int g = i % scale.length;
        values[i] = compute.value(codes[i] & 0xff, zero[g], scale[g]);
      }
      return values;
    }

    @Override
    public boolean equals(Object o) {
      return o instanceof Coded c
          && c.groupSize == groupSize
          && Arrays.equals(c.codes, codes)
          && Arrays.equals(c.scale, scale)
          && Arrays.equals(c.zero, zero);
    }

    @Override
    public int hashCode() {
      return 31 * (31 * Arrays.hashCode(codes) + Arrays.hashCode(scale)) + Arrays.hashCode(zero);
    }

    @Override
    public String toString() {
      return "Coded[" + codes.length + " in groups of " + groupSize + "]";
    }
  }
}
