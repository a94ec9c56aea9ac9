package dev.pbq.jinja;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** Python's arithmetic on whole numbers (up to 64 bits), floats and booleans. */
final class Numbers {
  private Numbers() {}

  static boolean isNan(Object value) {
    return value instanceof Double d && d.isNaN();
  }

  static boolean isWhole(Object value) {
    return value instanceof Long || value instanceof Boolean;
  }

  static long whole(Object value) {
    return value instanceof Boolean b ? (b ? 1 : 0) : ((Number) value).longValue();
  }

  static double real(Object value) {
    return value instanceof Boolean b ? (b ? 1 : 0) : ((Number) value).doubleValue();
  }

  static int compare(Object a, Object b) {
    if (isWhole(a) && isWhole(b)) {
      return Long.compare(whole(a), whole(b));
    }
    double x = real(a);
    double y = real(b);
    return x == y ? 0 : Double.compare(x, y);
  }

  static Object compute(String operator, Object a, Object b) {
    try {
      return isWhole(a) && isWhole(b) && !operator.equals("/")
          ? whole(operator, whole(a), whole(b))
          : real(operator, real(a), real(b));
    } catch (ArithmeticException e) {
      throw JinjaException.unsupported("a whole number beyond 64 bits");
    }
  }

  private static Object whole(String operator, long a, long b) {
    return switch (operator) {
      case "+" -> Math.addExact(a, b);
      case "-" -> Math.subtractExact(a, b);
      case "*" -> Math.multiplyExact(a, b);
      case "//" -> Math.floorDiv(a, divisor(b));
      case "%" -> Math.floorMod(a, divisor(b));
      default -> b < 0 ? (Object) Math.pow((double) a, (double) b) : (Object) power(a, b);
    };
  }

  private static long divisor(long value) {
    if (value == 0) {
      throw JinjaException.broken("division by zero");
    }
    return value;
  }

  private static long power(long base, long exponent) {
    long result = 1;
    if (base == 0 || base == 1 || base == -1) {
      return exponent == 0 ? 1 : base == -1 && exponent % 2 == 0 ? 1 : base;
    }
    for (long i = 0; i < exponent; i++) {
      result = Math.multiplyExact(result, base);
    }
    return result;
  }

  private static Object real(String operator, double a, double b) {
    if (b == 0 && (operator.equals("/") || operator.equals("//") || operator.equals("%"))) {
      throw JinjaException.broken("division by zero");
    }
    return switch (operator) {
      case "+" -> a + b;
      case "-" -> a - b;
      case "*" -> a * b;
      case "/" -> a / b;
      case "//" -> Math.floor(a / b);
      case "%" -> {
        double rest = a % b;
        yield rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
      }
      default -> Math.pow(a, b);
    };
  }

  /** The shortest digits that give the number back, written as Python writes them. */
  static String repr(double value) {
    if (Double.isNaN(value)) {
      return "nan";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "inf" : "-inf";
    }
    if (value == 0) {
      return 1 / value < 0 ? "-0.0" : "0.0";
    }
    BigDecimal exact = new BigDecimal(value);
    BigDecimal shortest = exact;
    for (int digits = 1; digits <= 17; digits++) {
      shortest = exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
      if (shortest.doubleValue() == value) {
        break;
      }
    }
    String digits = shortest.unscaledValue().abs().toString().replaceFirst("0+$", "");
    int point = shortest.precision() - shortest.scale(); // digits before the point
    String sign = value < 0 ? "-" : "";
    if (point > 16 || point < -3) {
      String rest = digits.length() > 1 ? "." + digits.substring(1) : "";
      int exponent = point - 1;
      return "%s%s%se%s%02d"
          .formatted(sign, digits.charAt(0), rest, exponent < 0 ? "-" : "+", Math.abs(exponent));
    }
    if (point <= 0) {
      return sign + "0." + "0".repeat(-point) + digits;
    }
    return digits.length() <= point
        ? sign + digits + "0".repeat(point - digits.length()) + ".0"
        : sign + digits.substring(0, point) + "." + digits.substring(point);
  }

  /** Python's {@code round(value, precision)} of a float. */
  static double round(double value, int precision) {
    return Double.isNaN(value) || Double.isInfinite(value)
        ? value
        : new BigDecimal(value).setScale(precision, RoundingMode.HALF_EVEN).doubleValue();
  }
}
