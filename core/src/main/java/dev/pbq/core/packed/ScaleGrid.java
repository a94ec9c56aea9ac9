package dev.pbq.core.packed;

/**
 * The 256 values that the entries of one vector of scales can have in the format {@code u8}.
 *
 * <p>If {@code min} is negative they are spaced evenly: code {@code c} is {@code min + (max - min)
 * * (c / 255)}, and code 255 is {@code max}. Otherwise, for scales, whose errors matter relative to
 * their size, they are spaced evenly in their logarithms: code 0 is 0, code {@code c} is {@code min
 * * (max / min)^((c - 1) / 254)}. All of it in float64, the power as {@link StrictMath} computes
 * it, so the values are the same everywhere; the result is rounded to float32.
 *
 * @param min the least value, or the least but 0; finite
 * @param max the largest value; finite; 0 if {@code min} is 0
 */
record ScaleGrid(float min, float max) {
  static final int CODES = 256;

  /** Stored bytes of a grid. */
  static final long BYTES = 8;

  /** The grid of zeros alone. */
  static final ScaleGrid ZERO = new ScaleGrid(0f, 0f);

  /** Scales below this share of the largest do not widen the grid: they become 0 or the least. */
  static final double NEGLIGIBLE = 0x1p-16;

  ScaleGrid {
    if (!isValid(min, max)) {
      throw new IllegalArgumentException("a grid of scales from " + min + " to " + max);
    }
  }

  static boolean isValid(float min, float max) {
    return Float.isFinite(min)
        && Float.isFinite(max)
        && (min != 0 ? min <= max : Float.floatToRawIntBits(min) == 0 && min == max);
  }

  /**
   * The grid that suits the values: both ends of it are values, as float32.
   *
   * @throws IllegalArgumentException if a value is not a finite float32 number
   */
  static ScaleGrid of(double[] values) {
    float min = 0;
    float max = 0;
    for (int i = 0; i < values.length; i++) {
      // Adding 0 makes -0 the same as 0.
      float v = ScaleVector.requireFinite((float) values[i], values[i], ScaleFormat.U8) + 0f;
      min = i == 0 ? v : Math.min(min, v);
      max = i == 0 ? v : Math.max(max, v);
    }
    if (min < 0) {
      return new ScaleGrid(min, max);
    }
    double threshold = NEGLIGIBLE * max;
    float least = max;
    for (double value : values) {
      float v = (float) value;
      if (v > 0 && v >= threshold) {
        least = Math.min(least, v);
      }
    }
    return new ScaleGrid(least, max);
  }

  float value(int code) {
    if (min < 0) {
      return code == CODES - 1 ? max : (float) (min + ((double) max - min) * (code / 255.0));
    }
    if (code == 0 || max == 0) {
      return 0f;
    }
    return (float) (min * StrictMath.pow((double) max / min, (code - 1) / 254.0));
  }

  /** The values of all codes, which never fall. */
  float[] table() {
    float[] table = new float[CODES];
    for (int code = 0; code < CODES; code++) {
      table[code] = value(code);
    }
    return table;
  }

  /** The nearest value's code; of two as near the lower value's, of several equal the lowest. */
  static int code(float[] table, double value) {
    int below = -1;
    int above = CODES - 1;
    // Invariant: table[below] < value, and table[above] >= value if there is such an entry.
    while (above - below > 1) {
      int middle = (below + above) >>> 1;
      if (table[middle] < value) {
        below = middle;
      } else {
        above = middle;
      }
    }
    int code = below >= 0 && value - table[below] <= table[above] - value ? below : above;
    while (code > 0 && table[code - 1] == table[code]) {
      code--;
    }
    return code;
  }
}
