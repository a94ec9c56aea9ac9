package dev.pbq.core.packed;

import dev.pbq.core.PbqException;
import dev.pbq.core.Wording;
import dev.pbq.core.tensor.Half;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * One vector of parameters, as it is stored: one entry per row or per column. Immutable; equality
 * is equality of everything stored.
 */
public final class ScaleVector {
  /** Below this many entries they are decoded one by one, above by a table. */
  private static final int SHORT = 128;

  private final ScaleFormat format;
  private final float[] values;

  /** Codes on {@link #grid} for U8; else empty. */
  private final byte[] codes;

  private final ScaleGrid grid;

  private ScaleVector(ScaleFormat format, float[] values, byte[] codes, ScaleGrid grid) {
    this.format = format;
    this.values = values;
    this.codes = codes;
    this.grid = grid;
  }

  /**
   * Rounds each value to the nearest that the format can store: to half-even for F16 and F32; for
   * U8 to the nearest point of a grid made for these values, see {@code docs/format.md}. Encoding
   * {@link #values()} gives an equal vector.
   *
   * @throws IllegalArgumentException if a value is not finite, or too large for the format
   */
  public static ScaleVector encode(ScaleFormat format, double[] values) {
    return switch (format) {
      case F16, F32 -> {
        float[] rounded = new float[values.length];
        for (int i = 0; i < values.length; i++) {
          float v = format == ScaleFormat.F16 ? roundToHalf(values[i]) : (float) values[i];
          rounded[i] = requireFinite(v, values[i], format);
        }
        yield ofRounded(format, rounded);
      }
      case U8 -> {
        ScaleGrid grid = ScaleGrid.of(values);
        float[] table = grid.table();
        byte[] codes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
          codes[i] = (byte) ScaleGrid.code(table, values[i]);
        }
        yield ofCodes(codes, grid);
      }
    };
  }

  /**
   * As {@link #encode}, for a layer.
   *
   * @param layer for the message
   * @throws PbqException NUMERICAL naming the layer if a value cannot be stored
   */
  public static ScaleVector store(ScaleFormat format, double[] values, String layer) {
    try {
      return encode(format, values);
    } catch (IllegalArgumentException e) {
      throw new PbqException(
          PbqException.Kind.NUMERICAL,
          Wording.of(
              format == ScaleFormat.F32
                  ? "%s: a scale of %s"
                  : "%s: a scale of %s; try {scaleDtype} f32",
              layer,
              e.getMessage()),
          e);
    }
  }

  static float requireFinite(float rounded, double value, ScaleFormat format) {
    if (!Float.isFinite(rounded)) {
      throw new IllegalArgumentException(value + " cannot be stored as " + format.id());
    }
    return rounded;
  }

  /** From float64 at once: by way of float32 a value could be rounded twice, to the wrong side. */
  private static float roundToHalf(double value) {
    int exponent = Math.max(Math.getExponent(value), -14);
    double unit = Math.scalb(1.0, exponent - 10);
    double rounded = Math.rint(value / unit) * unit;
    return Math.abs(rounded) <= 65504 ? (float) rounded : Float.NaN;
  }

  /** Takes ownership of finite values that are rounded to a format other than U8. */
  static ScaleVector ofRounded(ScaleFormat format, float[] values) {
    return new ScaleVector(format, values, new byte[0], ScaleGrid.ZERO);
  }

  /** Takes ownership of the codes of a U8 vector. */
  static ScaleVector ofCodes(byte[] codes, ScaleGrid grid) {
    float[] values = new float[codes.length];
    if (codes.length < SHORT) {
      for (int i = 0; i < codes.length; i++) {
        values[i] = grid.value(codes[i] & 0xff);
      }
    } else {
      float[] table = grid.table();
      for (int i = 0; i < codes.length; i++) {
        values[i] = table[codes[i] & 0xff];
      }
    }
    return new ScaleVector(ScaleFormat.U8, values, codes, grid);
  }

  public ScaleFormat format() {
    return format;
  }

  public int length() {
    return values.length;
  }

  /** Entry {@code i} as it is read back. */
  public float get(int i) {
    return values[i];
  }

  /** All entries as they are read back; a copy. */
  public float[] values() {
    return values.clone();
  }

  /** Writes the entries, {@code format().dtype()} each. */
  void putEntries(ByteBuffer out) {
    switch (format) {
      case F16 -> {
        for (float v : values) {
          out.putShort(Half.fromFloat(v));
        }
      }
      case F32 -> {
        for (float v : values) {
          out.putFloat(v);
        }
      }
      case U8 -> out.put(codes);
    }
  }

  /** The grid of a U8 vector. */
  ScaleGrid grid() {
    return grid;
  }

  @Override
  public boolean equals(Object o) {
    return this == o
        || (o instanceof ScaleVector v
            && v.format == format
            && v.grid.equals(grid)
            && Arrays.equals(v.codes, codes)
            && Arrays.equals(v.values, values));
  }

  @Override
  public int hashCode() {
    return 31 * format.hashCode() + Arrays.hashCode(values);
  }

  @Override
  public String toString() {
    return "ScaleVector[" + format.id() + ", length=" + values.length + "]";
  }
}
