package dev.pbq.core.packed;

/** The ranges of a {@link NumberFormat}'s parameters; messages name the parameter. */
final class FormatLimits {
  private FormatLimits() {}

  static void width(int width) {
    range("width", width, 2, NumberFormat.MAX_WIDTH);
  }

  static void bias(int bias) {
    range("exponent_bias", bias, -NumberFormat.MAX_BIAS, NumberFormat.MAX_BIAS);
  }

  /** Bits of an exponent field, or of what a block shares. */
  static void exponent(String name, int bits) {
    range(name, bits, 1, NumberFormat.MAX_EXPONENT_WIDTH);
  }

  /** Width and exponent width of a format with sign, exponent and mantissa. */
  static void mantissa(int width, int exponentWidth) {
    width(width);
    exponent("exponent_width", exponentWidth);
    if (width - exponentWidth < 2) {
      throw new IllegalArgumentException(
          "width " + width + " leaves no mantissa beside exponent_width " + exponentWidth);
    }
  }

  static void range(String name, int value, int min, int max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          name + " " + value + " is not between " + min + " and " + max);
    }
  }
}
