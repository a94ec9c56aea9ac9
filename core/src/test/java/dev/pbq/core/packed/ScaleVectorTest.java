package dev.pbq.core.packed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ScaleVectorTest {
  /** Positive and negative values and zeros, their sizes spread over {@code decades}. */
  private static double[] values(int length, boolean signed, double decades, long seed) {
    Random random = new Random(seed);
    double[] values = new double[length];
    for (int i = 0; i < length; i++) {
      double size = Math.pow(10, (random.nextDouble() - 0.5) * decades);
      values[i] = random.nextInt(10) == 0 ? 0 : size * (signed ? random.nextGaussian() : 1);
    }
    return values;
  }

  private static double[] widened(float[] values) {
    double[] wide = new double[values.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = values[i];
    }
    return wide;
  }

  @Property(tries = 600)
  void whatIsReadBackIsStoredTheSame(
      @ForAll ScaleFormat format,
      @ForAll @IntRange(min = 0, max = 300) int length,
      @ForAll boolean signed,
      @ForAll @DoubleRange(min = 0, max = 9) double decades,
      @ForAll long seed) {
    double[] values = values(length, signed, decades, seed);
    if (format == ScaleFormat.F16 && Arrays.stream(values).anyMatch(v -> Math.abs(v) >= 65520)) {
      assertThatThrownBy(() -> ScaleVector.encode(format, values))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("cannot be stored as f16");
      return;
    }
    ScaleVector vector = ScaleVector.encode(format, values);
    assertThat(vector.format()).isEqualTo(format);
    assertThat(vector.length()).isEqualTo(length);
    ScaleVector again = ScaleVector.encode(format, widened(vector.values()));
    assertThat(again).isEqualTo(vector).hasSameHashCodeAs(vector);
    for (int i = 0; i < length; i++) {
      assertThat(vector.get(i)).isEqualTo(vector.values()[i]);
    }
  }

  @Property(tries = 300)
  void halvesAreTheNearest(@ForAll @DoubleRange(min = -65519, max = 65519) double value) {
    for (double v : new double[] {value, value * 0x1p-16, value * 0x1p-30}) {
      float half = ScaleVector.encode(ScaleFormat.F16, new double[] {v}).get(0);
      // A normal half has 11 significant bits, all others are multiples of 2^-24.
      double ulp = Math.max(0x1p-24, Math.scalb(1.0, Math.getExponent(v) - 10));
      assertThat(Math.abs(half - v)).isLessThanOrEqualTo(ulp / 2);
    }
  }

  @Test
  void roundingIsOnce() {
    // Just above the middle of 1 and 1 + 2^-10: rounded to float32 first it would be the middle.
    double v = 1 + 0x1p-11 + 0x1p-40;
    assertThat(ScaleVector.encode(ScaleFormat.F16, new double[] {v}).get(0))
        .isEqualTo(1 + 0x1p-10f);
    assertThat(ScaleVector.encode(ScaleFormat.F16, new double[] {1 + 0x1p-11}).get(0)).isEqualTo(1);
    assertThat(ScaleVector.encode(ScaleFormat.F16, new double[] {0x1p-24, 65519, -0.0}).values())
        .containsExactly(0x1p-24f, 65504f, -0f);
  }

  @Property(tries = 300)
  void logarithmicCodesKeepTheRelativeError(
      @ForAll @IntRange(min = 1, max = 400) int length,
      @ForAll @DoubleRange(min = 0, max = 4.8) double decades,
      @ForAll long seed) {
    double[] values = values(length, false, decades, seed);
    double min = Double.POSITIVE_INFINITY;
    double max = 0;
    for (double v : values) {
      min = v > 0 ? Math.min(min, v) : min;
      max = Math.max(max, v);
    }
    double step = max == 0 ? 1 : Math.pow(max / min, 1 / 254.0);
    double bound = (step - 1) / (step + 1) + 0x1p-22;
    assertThat(bound).isLessThan(0.0219);
    ScaleVector vector = ScaleVector.encode(ScaleFormat.U8, values);
    for (int i = 0; i < length; i++) {
      assertThat(Math.abs(vector.get(i) - values[i])).isLessThanOrEqualTo(bound * values[i]);
    }
  }

  @Property(tries = 300)
  void negligibleScalesDoNotWidenTheGrid(
      @ForAll @IntRange(min = 2, max = 400) int length, @ForAll long seed) {
    double[] values = values(length, false, 30, seed);
    double max = 0;
    for (double v : values) {
      max = Math.max(max, v);
    }
    ScaleVector vector = ScaleVector.encode(ScaleFormat.U8, values);
    for (int i = 0; i < length; i++) {
      double error = Math.abs(vector.get(i) - values[i]);
      double bound = values[i] >= max * 0x1p-16 ? 0.0219 * values[i] : values[i];
      assertThat(error).isLessThanOrEqualTo(bound);
    }
  }

  @Property(tries = 300)
  void evenCodesAreWithinHalfAStep(
      @ForAll @IntRange(min = 2, max = 400) int length, @ForAll long seed) {
    double[] values = values(length, true, 2, seed);
    values[0] = -0.125;
    double min = 0;
    double max = Double.NEGATIVE_INFINITY;
    for (double v : values) {
      min = Math.min(min, v);
      max = Math.max(max, v);
    }
    ScaleVector vector = ScaleVector.encode(ScaleFormat.U8, values);
    double bound = (max - min) / 510 + Math.max(-min, max) * 0x1p-23;
    for (int i = 0; i < length; i++) {
      assertThat(Math.abs(vector.get(i) - values[i])).isLessThanOrEqualTo(bound);
    }
  }

  @Property(tries = 300)
  void codesAreTheNearest(
      @ForAll @IntRange(min = 1, max = 60) int length,
      @ForAll boolean signed,
      @ForAll @DoubleRange(min = 0, max = 20) double decades,
      @ForAll long seed) {
    double[] values = values(length, signed, decades, seed);
    ScaleVector vector = ScaleVector.encode(ScaleFormat.U8, values);
    float[] table = vector.grid().table();
    for (int i = 0; i < length; i++) {
      double best = Double.POSITIVE_INFINITY;
      for (float t : table) {
        best = Math.min(best, Math.abs(t - values[i]));
      }
      assertThat(Math.abs(vector.get(i) - values[i])).isEqualTo(best);
    }
    for (int code = 1; code < table.length; code++) {
      assertThat(table[code]).isGreaterThanOrEqualTo(table[code - 1]);
    }
  }

  @Test
  void endsAndZeroAreExact() {
    double[] scales = {0.1f, 0, 3.7f, 0.2};
    assertThat(ScaleVector.encode(ScaleFormat.U8, scales).values())
        .contains(0.1f, 0f, 3.7f)
        .hasSize(4);
    double[] means = {-1.3f, 0.2, 0.7f};
    assertThat(ScaleVector.encode(ScaleFormat.U8, means).values()).contains(-1.3f, 0.7f);
    assertThat(ScaleVector.encode(ScaleFormat.U8, new double[] {5, 5}).values())
        .containsExactly(5, 5);
    assertThat(ScaleVector.encode(ScaleFormat.U8, new double[] {-5, -5}).values())
        .containsExactly(-5, -5);
    assertThat(ScaleVector.encode(ScaleFormat.U8, new double[] {0, -0.0}).values())
        .containsExactly(0, 0);
    assertThat(ScaleVector.encode(ScaleFormat.U8, new double[0]).values()).isEmpty();
    // The largest ratio that float32 has.
    double[] extreme = {Float.MIN_VALUE, Float.MAX_VALUE};
    assertThat(ScaleVector.encode(ScaleFormat.U8, extreme).values())
        .containsExactly(0, Float.MAX_VALUE);
  }

  @ParameterizedTest
  @EnumSource(ScaleFormat.class)
  void whatCannotBeStoredIsRefused(ScaleFormat format) {
    for (double v : new double[] {Double.NaN, Double.NEGATIVE_INFINITY, 1e39, -1e39}) {
      assertThatThrownBy(() -> ScaleVector.encode(format, new double[] {1, v}))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("cannot be stored as " + format.id());
    }
    if (format == ScaleFormat.F16) {
      assertThatThrownBy(() -> ScaleVector.encode(format, new double[] {65520}))
          .hasMessageContaining("65520.0 cannot be stored as f16");
    } else {
      assertThat(ScaleVector.encode(format, new double[] {65520}).get(0)).isEqualTo(65520);
    }
  }

  /** Against values computed with sixty decimal digits. */
  @Test
  void gridsAreReproducible() {
    ScaleGrid logarithmic = new ScaleGrid(0.001f, 0.75f);
    assertThat(Float.floatToIntBits(logarithmic.value(2))).isEqualTo(0x3a868878);
    assertThat(Float.floatToIntBits(logarithmic.value(100))).isEqualTo(0x3c584778);
    assertThat(Float.floatToIntBits(logarithmic.value(254))).isEqualTo(0x3f3b0f7d);
    ScaleGrid even = new ScaleGrid(-0.03f, 0.07f);
    assertThat(Float.floatToIntBits(even.value(1))).isEqualTo(0xbcf28c25);
    assertThat(Float.floatToIntBits(even.value(100))).isEqualTo(0x3c16fd64);
    assertThat(Float.floatToIntBits(even.value(254))).isEqualTo(0x3d8e8e8f);
  }
}
