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
   * Checks that there are {@code count} parameters and that they survive storage.
   *
   * @param type the layer's scale type
   * @param what their name in the message
   * @throws IllegalArgumentException if not
   */
  void requireStorable(ScaleDtype type, int count, String what);

  /**
   * Writes the parameters.
   *
   * @param name of the part, or what the names of several parts begin with
   * @param type the layer's scale type
   */
  void write(String name, ScaleDtype type, PackedWriter out);

  /** How many bits {@link #write} stores. */
  long storedBits(ScaleDtype type);

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
    public void requireStorable(ScaleDtype type, int count, String what) {
      Shapes.requireStorable(type, values, count, what);
    }

    @Override
    public void write(String name, ScaleDtype type, PackedWriter out) {
      Parts.putFloats(out, name, type, values, values.length);
    }

    @Override
    public long storedBits(ScaleDtype type) {
      return Parts.floatBits(type, values);
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
   * All are 0, and nothing is stored: zero points that an adapter has taken over ({@link
   * LowRankLinear}).
   */
  record None(int count) implements HqqParameters {
    @Override
    public float[] values(ComputeDtype compute) {
      return new float[count];
    }

    @Override
    public void requireStorable(ScaleDtype type, int count, String what) {
      if (this.count != count) {
        throw new IllegalArgumentException(this.count + " " + what + " where " + count + " belong");
      }
    }

    @Override
    public void write(String name, ScaleDtype type, PackedWriter out) {
      out.attribute(name, 0);
    }

    @Override
    public long storedBits(ScaleDtype type) {
      return 0;
    }
  }

  /**
   * Eight-bit codes ({@code docs/methods/hqq.md#options}, {@code --quant-scale}): parameter {@code
   * i} is {@code (codes[i] - zero[g]) * scale[g]} with {@code g = i % (count / groupSize)}, groups
   * along axis 0.
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

    /** Codes and their float32 parameters are stored as they are, whatever the type. */
    @Override
    public void requireStorable(ScaleDtype type, int count, String what) {
      if (codes.length != count) {
        throw new IllegalArgumentException(
            codes.length + " " + what + " where " + count + " belong");
      }
    }

    @Override
    public void write(String name, ScaleDtype type, PackedWriter out) {
      out.attribute(name + "_group_size", groupSize);
      Parts.putBytes(out, name + "_codes", codes);
      Parts.putFloats(out, name + "_scale", ScaleDtype.F32, scale, scale.length);
      Parts.putFloats(out, name + "_zero", ScaleDtype.F32, zero, scale.length);
    }

    @Override
    public long storedBits(ScaleDtype type) {
      return 8L * codes.length
          + Parts.floatBits(ScaleDtype.F32, scale)
          + Parts.floatBits(ScaleDtype.F32, zero);
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
