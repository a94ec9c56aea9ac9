package dev.pbq.arb.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.pbq.core.tensor.DoubleMatrix;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class AlternatingFitterTest {
  @Property(tries = 300)
  void errorNeverRises(
      @ForAll Blocks.Style style,
      @ForAll @IntRange(min = 1, max = 20) int rows,
      @ForAll @IntRange(min = 1, max = 40) int cols,
      @ForAll @IntRange(min = 1, max = 2) int order,
      @ForAll @DoubleRange(min = 0, max = 1.1) double density,
      @ForAll long seed) {
    DoubleMatrix v = Blocks.values(style, rows, cols, seed);
    Groups groups = Blocks.randomMask(rows, cols, density, order, seed + 1);
    double rounding = 1e-12 * Blocks.energy(v, groups);
    double before = Blocks.energy(v, groups);
    for (int t = 0; t <= 12; t++) {
      double error = error(v, groups, t);
      assertThat(error).as("iteration %d", t).isLessThanOrEqualTo(before + rounding);
      before = error;
    }
  }

  private static double error(DoubleMatrix v, Groups groups, int iterations) {
    SignPlanes signs = Blocks.signs(groups);
    RowFit fit = new AlternatingFitter(iterations, 0).fit(v, groups, 0, signs);
    return GroupError.squared(v, groups, 0, fit, signs);
  }

  /**
   * Theorem 1 of the paper for one row of c members: the error with the new shift and scale and the
   * old signs is L0 - c (a^2 - a0^2 - (mu - mu0)^2), for every iteration; new signs only lower it.
   */
  @Property(tries = 100)
  void errorIsThatOfTheoremOneBeforeTheSignsChange(
      @ForAll @IntRange(min = 2, max = 60) int cols,
      @ForAll @IntRange(min = 1, max = 15) int t,
      @ForAll @DoubleRange(min = 0.2, max = 1.1) double density,
      @ForAll long seed) {
    DoubleMatrix v = Blocks.values(Blocks.Style.OUTLIERS, 1, cols, seed);
    Groups groups = Blocks.randomMask(1, cols, density, 1, seed + 1);
    SignPlanes unused = Blocks.signs(groups);
    SignPlanes oldSigns = Blocks.signs(groups);
    RowFit start = new AlternatingFitter(0, 0).fit(v, groups, 0, unused);
    double startError = error(v, groups, 0);
    new AlternatingFitter(t - 1, 0).fit(v, groups, 0, oldSigns);
    RowFit fit = new AlternatingFitter(t, 0).fit(v, groups, 0, unused);

    double shift = fit.mu()[0] - start.mu()[0];
    double gain = square(fit.a1()[0]) - square(start.a1()[0]) - square(shift);
    double expected = startError - groups.members(0) * gain;
    double actual = GroupError.squared(v, groups, 0, fit, oldSigns);
    double rounding = 1e-12 * Blocks.energy(v, groups);
    assertThat(actual).isCloseTo(expected, within(rounding));
    assertThat(error(v, groups, t)).isLessThanOrEqualTo(actual + rounding);
  }

  private static double square(double x) {
    return x * x;
  }

  @Property(tries = 100)
  void orderOneIsNeverBelowTheBestTwoLevels(
      @ForAll Blocks.Style style,
      @ForAll @IntRange(min = 1, max = 60) int cols,
      @ForAll @IntRange(min = 0, max = 15) int iterations,
      @ForAll long seed) {
    DoubleMatrix v = Blocks.values(style, 1, cols, seed);
    Groups groups = Blocks.whole(1, cols, 1);
    double rounding = 1e-12 * Blocks.energy(v, groups);
    assertThat(error(v, groups, iterations))
        .isGreaterThanOrEqualTo(bestTwoLevels(v.data()) - rounding);
  }

  @Test
  void orderOneComesCloseToTheBestTwoLevels() {
    DoubleMatrix v = Blocks.values(Blocks.Style.NORMAL, 500, 128, 17);
    Groups groups = Blocks.whole(500, 128, 1);
    double best = 0;
    for (int i = 0; i < 500; i++) {
      best += bestTwoLevels(Arrays.copyOfRange(v.data(), i * 128, (i + 1) * 128));
    }
    assertThat(error(v, groups, 0)).isGreaterThan(1.01 * best);
    assertThat(error(v, groups, 15)).isBetween(best, 1.002 * best);
  }

  /** The least squared error with two levels: the best cut of the sorted values. */
  private static double bestTwoLevels(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    double best = Double.POSITIVE_INFINITY;
    for (int cut = 0; cut < sorted.length; cut++) {
      best = Math.min(best, spread(sorted, 0, cut) + spread(sorted, cut, sorted.length));
    }
    return best;
  }

  private static double spread(double[] x, int from, int to) {
    double mean = Arrays.stream(x, from, to).average().orElse(0);
    return Arrays.stream(x, from, to).map(y -> square(y - mean)).sum();
  }

  @Test
  void secondPlaneHelps() {
    DoubleMatrix v = Blocks.values(Blocks.Style.NORMAL, 50, 128, 3);
    double one = error(v, Blocks.whole(50, 128, 1), 15);
    double two = error(v, Blocks.whole(50, 128, 2), 15);
    // Of a normal variable's variance the best two levels leave 0.363, the best four 0.118.
    double energy = Blocks.energy(v, Blocks.whole(50, 128, 1));
    assertThat(one / energy).isBetween(0.33, 0.37);
    assertThat(two / energy).isBetween(0.10, 0.14);
  }

  @Test
  void settingsMustMakeSense() {
    assertThatThrownBy(() -> new AlternatingFitter(-1, 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new AlternatingFitter(1, -1e-9))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new AlternatingFitter(1, Double.NaN))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void blockAndDivisionMustMatch() {
    DoubleMatrix v = DoubleMatrix.zeros(3, 4);
    Groups groups = Blocks.whole(4, 3, 1);
    assertThatThrownBy(() -> error(v, groups, 1)).isInstanceOf(IllegalArgumentException.class);
  }
}
