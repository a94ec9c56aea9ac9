package dev.pbq.core.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HalfTest {
  @ParameterizedTest
  @CsvSource({
    "0x0000, 0x0p0",
    "0x3c00, 0x1p0",
    "0xc000, -0x2p0",
    "0x7bff, 65504",
    "0x0400, 0x1p-14",
    "0x0001, 0x1p-24",
    "0x03ff, 0x3ffp-24",
    "0x3555, 0x1.554p-2",
    "0x7c00, Infinity",
    "0xfc00, -Infinity"
  })
  void widensKnownPatterns(String pattern, String value) {
    assertThat(Half.toFloat(Integer.decode(pattern).shortValue()))
        .isEqualTo(Float.parseFloat(value + (value.contains("p") ? "f" : "")));
  }

  @Test
  void everyBinary16PatternWidensToItsValueAndBack() {
    for (int i = 0; i < 1 << 16; i++) {
      short bits = (short) i;
      float value = Half.toFloat(bits);
      int exponent = (i >>> 10) & 0x1f;
      if (exponent == 31 && (i & 0x3ff) != 0) {
        assertThat(value).isNaN();
        assertThat(Half.toFloat(Half.fromFloat(value))).isNaN();
        continue;
      }
      if (exponent < 31) {
        double mantissa = (exponent == 0 ? 0 : 1024) + (i & 0x3ff);
        double expected = mantissa * Math.pow(2, Math.max(exponent, 1) - 25);
        assertThat((double) Math.abs(value)).isEqualTo(expected);
      }
      assertThat(Half.fromFloat(value)).isEqualTo(bits);
    }
  }

  @Test
  void normalNumbersAreToldFromAllOthers() {
    for (int i = 0; i < 1 << 16; i++) {
      float value = Half.toFloat((short) i);
      int exponent = (i >>> 10) & 0x1f;
      assertThat(Half.isNormal(value)).isEqualTo(exponent > 0 && exponent < 31);
      // Its neighbours among float32 numbers are none of binary16.
      assertThat(Half.isNormal(Math.nextUp(value))).isFalse();
      assertThat(Half.isNormal(Math.nextDown(value))).isFalse();
    }
    assertThat(Half.isNormal(65536)).isFalse();
  }

  @Test
  void signedZerosAreKept() {
    assertThat(Half.fromFloat(-0f)).isEqualTo((short) 0x8000);
    assertThat(Float.floatToRawIntBits(Half.toFloat((short) 0x8000))).isEqualTo(0x80000000);
    assertThat(Half.fromFloat(-1e-20f)).isEqualTo((short) 0x8000);
    assertThat(Half.bfloatFromFloat(-0f)).isEqualTo((short) 0x8000);
  }

  @ParameterizedTest
  @CsvSource({
    "65519.996f, 0x7bff", // below the midpoint to 2^16
    "65520f, 0x7c00", // the midpoint rounds to even, which is infinity
    "1.00048828125f, 0x3c00", // 1 + 2^-11, half way: down to even
    "1.00146484375f, 0x3c02", // 1 + 3 * 2^-11, half way: up to even
    "0x1p-25f, 0x0000", // half the smallest subnormal: down to even
    "0x1.000002p-25f, 0x0001",
    "0x1.8p-24f, 0x0002",
    "0x1.ffcp-15f, 0x0400", // half way between the largest subnormal and 2^-14
    "Infinity, 0x7c00"
  })
  void roundsHalfToEven(String value, String pattern) {
    assertThat(Half.fromFloat(Float.parseFloat(value)))
        .isEqualTo(Integer.decode(pattern).shortValue());
  }

  @Property(tries = 5000)
  void binary16RoundingPicksTheNearestAndBreaksTiesToEven(@ForAll int floatBits) {
    float value = Float.intBitsToFloat(floatBits);
    short bits = Half.fromFloat(value);
    if (Float.isNaN(value)) {
      assertThat(Half.toFloat(bits)).isNaN();
    } else if (Math.abs(value) >= 65520f) {
      assertThat(Half.toFloat(bits)).isEqualTo(Math.copySign(Float.POSITIVE_INFINITY, value));
    } else {
      int magnitude = bits & 0x7fff;
      // The next pattern above 65504 stands for 65536 when distances are measured.
      BigDecimal error = distance(value, Half.toFloat((short) magnitude));
      if (magnitude > 0) {
        requireNearer(error, distance(value, Half.toFloat((short) (magnitude - 1))), magnitude);
      }
      float above = magnitude == 0x7bff ? 65536f : Half.toFloat((short) (magnitude + 1));
      requireNearer(error, distance(value, above), magnitude);
      assertThat((bits & 0x8000) != 0).isEqualTo(floatBits < 0);
    }
  }

  @Property(tries = 5000)
  void binary16RoundingOfSmallNumbersIsNearestToo(@ForAll short near, @ForAll byte nudge) {
    float base = Half.toFloat((short) (near & 0x7fff));
    if (base <= 65504f) {
      float between = base * (1 + nudge * 0x1p-18f);
      binary16RoundingPicksTheNearestAndBreaksTiesToEven(Float.floatToRawIntBits(between));
    }
  }

  @Property(tries = 5000)
  void bfloatRoundingPicksTheNearestAndBreaksTiesToEven(@ForAll int floatBits) {
    float value = Float.intBitsToFloat(floatBits);
    short bits = Half.bfloatFromFloat(value);
    float rounded = Half.bfloatToFloat(bits);
    if (Float.isNaN(value)) {
      assertThat(rounded).isNaN();
      return;
    }
    assertThat((bits & 0x8000) != 0).isEqualTo(floatBits < 0);
    if (Float.isInfinite(rounded)) {
      // Everything from the midpoint between the largest bfloat16 and 2^128.
      assertThat(Math.abs(value)).isGreaterThanOrEqualTo(0x1.ffp127f);
      return;
    }
    int magnitude = bits & 0x7fff;
    BigDecimal error = distance(value, Half.bfloatToFloat((short) magnitude));
    if (magnitude > 0) {
      requireNearer(error, distance(value, Half.bfloatToFloat((short) (magnitude - 1))), magnitude);
    }
    float above = Half.bfloatToFloat((short) (magnitude + 1));
    if (Float.isFinite(above)) {
      requireNearer(error, distance(value, above), magnitude);
    }
  }

  @Test
  void everyBfloatPatternSurvives() {
    for (int i = 0; i < 1 << 16; i++) {
      float value = Half.bfloatToFloat((short) i);
      if (!Float.isNaN(value)) {
        assertThat(Half.bfloatFromFloat(value)).isEqualTo((short) i);
      } else {
        assertThat(Half.bfloatToFloat(Half.bfloatFromFloat(value))).isNaN();
      }
    }
  }

  private static BigDecimal distance(float value, float candidate) {
    return new BigDecimal(Math.abs(value)).subtract(new BigDecimal(candidate)).abs();
  }

  private static void requireNearer(BigDecimal error, BigDecimal other, int magnitude) {
    int order = error.compareTo(other);
    assertThat(order).isLessThanOrEqualTo(0);
    if (order == 0) {
      assertThat(magnitude & 1).as("ties go to the even pattern").isZero();
    }
  }
}
