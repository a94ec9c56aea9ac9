package dev.pbq.hqq;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pbq.core.tensor.FloatMatrix;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** What the range guard does to groups whose weights hardly differ. */
class RangeGuardTest {
  @Property(tries = 60)
  void exactKeepsNarrowGroupsWhereCompatLosesThem(
      @ForAll long seed,
      @ForAll @IntRange(min = 3, max = 8) int bits,
      @ForAll @IntRange(min = 0, max = 1) int axis,
      @ForAll @IntRange(min = 5, max = 8) int magnitude) {
    if (bits == 7) {
      return;
    }
    Random random = new Random(seed);
    float[] w = new float[16 * 64];
    for (int i = 0; i < w.length; i++) {
      w[i] = (float) (random.nextGaussian() * 0.9 * Math.pow(10, -magnitude));
    }
    FloatMatrix weight = new FloatMatrix(16, 64, w);
    double exact = relativeError(weight, bits, axis, "exact");
    // A grid over +-4 deviations with 2^bits levels, errors uniform within half a step.
    assertThat(exact).isLessThan(8 / ((1 << bits) - 1.0) / Math.sqrt(12) * 1.1);
    if (magnitude > 5) {
      assertThat(relativeError(weight, bits, axis, "compat")).isGreaterThan(0.8);
    }
  }

  @Property(tries = 30)
  void exactKeepsConstantGroups(@ForAll @IntRange(min = -1000, max = 1000) int value) {
    float[] w = new float[4 * 64];
    java.util.Arrays.fill(w, value * 0.0009765625f);
    assertThat(relativeError(new FloatMatrix(4, 64, w), 4, 1, "exact")).isLessThan(1e-3);
  }

  private static double relativeError(FloatMatrix w, int bits, int axis, String guard) {
    Map<String, Object> settings = new HashMap<>();
    settings.put("bits", bits);
    settings.put("axis", axis);
    settings.put("groupsize", 16);
    settings.put("rangeGuard", guard);
    settings.put("scaleDtype", "f32");
    float[] q = HqqGolden.quantize(HqqGolden.settings(settings), w).linear().dequantize().data();
    double error = 0;
    double norm = 0;
    for (int i = 0; i < q.length; i++) {
      error += Math.pow((double) q[i] - w.data()[i], 2);
      norm += Math.pow(w.data()[i], 2);
    }
    return norm == 0 ? Math.sqrt(error) : Math.sqrt(error / norm);
  }
}
