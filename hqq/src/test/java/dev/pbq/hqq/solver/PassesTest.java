package dev.pbq.hqq.solver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pbq.core.packed.FlatGroups;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What runs over tiles, pieces and chunks of weights finds what a loop over each group finds. */
class PassesTest {
  private static final int MAX_CODE = 3;

  @Property(tries = 200)
  void rangesAndCodesAreThoseOfEveryGroupByItself(
      @ForAll @IntRange(min = 1, max = 70) int size,
      @ForAll @IntRange(min = 1, max = 90) int count,
      @ForAll @IntRange(max = 1) int axis,
      @ForAll long seed) {
    check(normal(size * count, seed), new FlatGroups(axis, size));
  }

  @ParameterizedTest
  @CsvSource({"1, 40000, 3", "0, 40000, 3", "1, 300000, 1", "0, 300001, 1", "0, 524288, 2"})
  void longGroupsLikewise(int axis, int size, int count) {
    check(normal(size * count, size), new FlatGroups(axis, size));
  }

  private static void check(float[] w, FlatGroups groups) {
    int count = groups.count(w.length);
    float[] lo = new float[count];
    float[] hi = new float[count];
    Arrays.fill(lo, Float.POSITIVE_INFINITY);
    Arrays.fill(hi, Float.NEGATIVE_INFINITY);
    for (int i = 0; i < w.length; i++) {
      int g = groups.of(i, w.length);
      lo[g] = Math.min(lo[g], w[i]);
      hi[g] = Math.max(hi[g], w[i]);
    }
    Ranges ranges = Ranges.of(w, groups);
    assertThat(ranges.lo()).isEqualTo(lo);
    assertThat(ranges.hi()).isEqualTo(hi);

    float[] s = new float[count];
    float[] z = new float[count];
    for (int g = 0; g < count; g++) {
      s[g] = 0.7f * MAX_CODE / (hi[g] - lo[g] + 0.1f);
      z[g] = -lo[g] * s[g] - 0.3f;
    }
    byte[] codes = new byte[w.length];
    for (int i = 0; i < w.length; i++) {
      int g = groups.of(i, w.length);
      codes[i] = (byte) Math.max(0, Math.min(MAX_CODE, Math.rint(w[i] * s[g] + z[g])));
    }
    assertThat(Codes.of(w, groups, MAX_CODE, s, z)).isEqualTo(codes);
  }

  @Test
  void aWeightThatIsNotFiniteIsSeenInGroupsOfEveryLength() {
    for (int axis = 0; axis <= 1; axis++) {
      for (int size : new int[] {8, 40_000}) {
        float[] w = normal(size * 4, 7);
        w[size + 5] = Float.NaN;
        Ranges ranges = Ranges.of(w, new FlatGroups(axis, size));
        assertThat(ranges.finite()).as("axis %d, groups of %d", axis, size).isFalse();
      }
    }
  }

  @Property(tries = 100)
  void oneMeasuringAndSolvingPassEqualsTwo(
      @ForAll @IntRange(min = 1, max = 40) int size,
      @ForAll @IntRange(min = 1, max = 2500) int count,
      @ForAll @IntRange(max = 1) int axis,
      @ForAll long seed) {
    float[] w = normal(size * count, seed);
    FlatGroups groups = new FlatGroups(axis, size);
    Ranges measured = Ranges.of(w, groups);
    float[] s = new float[count];
    float[] start = new float[count];
    begin(measured, s, start, 0, count);
    Solution two = solver(w, groups).solve(measured, s, start);

    Ranges unmeasured = Ranges.unmeasured(count);
    float[] s1 = new float[count];
    float[] start1 = new float[count];
    Solution one =
        solver(w, groups)
            .solve(unmeasured, s1, start1, (from, to) -> begin(unmeasured, s1, start1, from, to));
    assertThat(unmeasured.lo()).isEqualTo(measured.lo());
    assertThat(unmeasured.hi()).isEqualTo(measured.hi());
    assertThat(s1).isEqualTo(s);
    assertThat(start1).isEqualTo(start);
    assertThat(one).isEqualTo(two);
  }

  private static ZeroSolver solver(float[] w, FlatGroups groups) {
    return new ZeroSolver(
        w, groups, MAX_CODE, new SolverOptions(SolverKind.PROXIMAL, 20, 0.7, 10, 1.01, true, 0));
  }

  private static void begin(Ranges ranges, float[] s, float[] start, int from, int to) {
    for (int g = from; g < to; g++) {
      s[g] = MAX_CODE / (ranges.hi()[g] - ranges.lo()[g] + 1e-3f);
      start[g] = -ranges.lo()[g] * s[g];
    }
  }

  private static float[] normal(int count, long seed) {
    Random random = new Random(seed);
    float[] w = new float[count];
    for (int i = 0; i < count; i++) {
      w[i] = (float) (0.05 * random.nextGaussian());
    }
    return w;
  }
}
