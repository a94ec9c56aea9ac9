package dev.pbq.arb.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pbq.arb.choice.XSolve;
import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.tensor.DoubleMatrix;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every fitter against the papers' formulas written out, with and without eps. Rows have more than
 * a few members: where two planes are exact, rounding decides the signs.
 */
class FormulasTest {
  private static final double NEAR = 1e-8;

  @Property(tries = 60)
  void binarizer(
      @ForAll @IntRange(min = 1, max = 2) int order,
      @ForAll boolean subtractMean,
      @ForAll @DoubleRange(min = 0.5, max = 1.1) double density,
      @ForAll long seed) {
    DoubleMatrix v = Blocks.values(Blocks.Style.OUTLIERS, 30, 40, seed);
    Groups groups = Blocks.randomMask(30, 40, density, order, seed + 1);
    SignPlanes signs = Blocks.signs(groups);
    RowFit fit = new MeanBinarizer(subtractMean).fit(v, groups, 0, signs);
    compareRows(FitOracle.binarizer(v, groups, subtractMean), groups, fit, signs);
    if (!subtractMean) {
      assertThat(fit.mu()).containsOnly(0);
    }
  }

  @Property(tries = 60)
  void alternating(
      @ForAll @IntRange(min = 1, max = 2) int order,
      @ForAll @IntRange(min = 0, max = 6) int iterations,
      @ForAll @DoubleRange(min = 0, max = 3) double eps,
      @ForAll @DoubleRange(min = 0.5, max = 1.1) double density,
      @ForAll long seed) {
    DoubleMatrix v = Blocks.values(Blocks.Style.OUTLIERS, 30, 40, seed);
    Groups groups = Blocks.randomMask(30, 40, density, order, seed + 1);
    SignPlanes signs = Blocks.signs(groups);
    RowFit fit = new AlternatingFitter(iterations, eps).fit(v, groups, 0, signs);
    compareRows(FitOracle.alternating(v, groups, iterations, eps), groups, fit, signs);
  }

  @Property(tries = 60)
  void metric(
      @ForAll @IntRange(min = 1, max = 2) int order,
      @ForAll @IntRange(min = 0, max = 6) int iterations,
      @ForAll @DoubleRange(min = 0, max = 300) double eps,
      @ForAll @DoubleRange(min = 0.5, max = 1.1) double density,
      @ForAll long seed) {
    DoubleMatrix v = Blocks.values(Blocks.Style.SHIFTED, 20, 40, seed);
    Groups groups = Blocks.randomMask(20, 40, density, order, seed + 1);
    DoubleMatrix s = Blocks.metric(40, 120, seed + 2);
    SignPlanes signs = Blocks.signs(groups);
    AlternatingFitter start = new AlternatingFitter(3, 0.5);
    RowFit fit =
        new MetricFitter(start, s, iterations, eps, XSolve.SEQUENTIAL).fit(v, groups, 0, signs);
    FitOracle first = FitOracle.alternating(v, groups, 3, 0.5);
    compareRows(FitOracle.metric(first, v, groups, s, iterations, eps), groups, fit, signs);
  }

  @Property(tries = 60)
  void rowColumn(
      @ForAll @IntRange(min = 1, max = 2) int order,
      @ForAll @IntRange(min = 0, max = 6) int iterations,
      @ForAll @DoubleRange(min = 0, max = 3) double eps,
      @ForAll @DoubleRange(min = 0.5, max = 1.1) double density,
      @ForAll long seed) {
    compareRowColumn(30, 40, order, iterations, eps, density, seed);
  }

  /** More rows than a tile, whose sums must meet. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void rowColumnAcrossTiles(int order) {
    compareRowColumn(700, 20, order, 4, 0, 0.6, 11);
  }

  private static void compareRowColumn(
      int rows, int cols, int order, int iterations, double eps, double density, long seed) {
    DoubleMatrix v = Blocks.values(Blocks.Style.OUTLIERS, rows, cols, seed);
    Groups groups = Blocks.randomMask(rows, cols, density, order, seed + 1);
    SignPlanes signs = Blocks.signs(groups);
    RowColumnFit fit = new RowColumnFitter(iterations, eps).fit(v, groups, 0, signs);
    FitOracle expected = FitOracle.rowColumn(v, groups, iterations, eps);
    assertThat(fit.r1()).containsExactly(expected.r[0], within(NEAR));
    assertThat(fit.q1()).containsExactly(expected.q[0], within(NEAR));
    if (order == 2) {
      assertThat(fit.r2()).containsExactly(expected.r[1], within(NEAR));
      assertThat(fit.q2()).containsExactly(expected.q[1], within(NEAR));
    }
    compareSigns(expected, groups, signs);
  }

  private static void compareRows(FitOracle expected, Groups groups, RowFit fit, SignPlanes signs) {
    assertThat(fit.mu()).containsExactly(expected.mu, within(NEAR));
    assertThat(fit.a1()).containsExactly(expected.a[0], within(NEAR));
    if (fit.order() == 2) {
      assertThat(fit.a2()).containsExactly(expected.a[1], within(NEAR));
    }
    compareSigns(expected, groups, signs);
  }

  private static void compareSigns(FitOracle expected, Groups groups, SignPlanes signs) {
    for (int i = 0; i < groups.of().length; i++) {
      if (groups.of()[i] == 0) {
        assertThat(signs.first()[i]).isEqualTo((byte) (expected.b[0][i] > 0 ? 1 : 0));
        boolean positive = expected.b.length == 2 && expected.b[1][i] > 0;
        assertThat(signs.second()[i]).isEqualTo((byte) (positive ? 1 : 0));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void resultsDoNotDependOnThreads(int order) {
    DoubleMatrix v = Blocks.values(Blocks.Style.NORMAL, 1000, 32, 3);
    Groups groups = Blocks.randomMask(1000, 32, 0.7, order, 4);
    for (GroupFitter fitter : fitters(Blocks.metric(32, 100, 5))) {
      SignPlanes signsOne = Blocks.signs(groups);
      SignPlanes signsMany = Blocks.signs(groups);
      GroupFit one = Parallel.withThreads(1, () -> fitter.fit(v, groups, 0, signsOne));
      GroupFit many = Parallel.withThreads(5, () -> fitter.fit(v, groups, 0, signsMany));
      assertThat(Blocks.parameters(many)).isDeepEqualTo(Blocks.parameters(one));
      assertThat(signsMany.first()).isEqualTo(signsOne.first());
      assertThat(signsMany.second()).isEqualTo(signsOne.second());
      assertThat(GroupError.squared(v, groups, 0, one, signsOne)).isPositive();
    }
  }

  /** The planes of other groups of the block are left alone, and so is V. */
  @Property(tries = 40)
  void onlyMembersAreWritten(@ForAll @IntRange(min = 1, max = 2) int order, @ForAll long seed) {
    DoubleMatrix v = Blocks.values(Blocks.Style.NORMAL, 9, 13, seed);
    DoubleMatrix before = v.copy();
    Groups groups = Blocks.randomMask(9, 13, 0.5, order, seed + 1);
    byte mark = 7;
    for (GroupFitter fitter : fitters(Blocks.metric(13, 40, seed))) {
      SignPlanes signs = Blocks.signs(groups);
      Arrays.fill(signs.first(), mark);
      Arrays.fill(signs.second(), mark);
      fitter.fit(v, groups, 0, signs);
      for (int i = 0; i < groups.of().length; i++) {
        boolean member = groups.of()[i] == 0;
        assertThat(signs.first()[i] == mark).isEqualTo(!member);
        assertThat(signs.second()[i] == mark).isEqualTo(!member || order == 1);
      }
    }
    assertThat(v).isEqualTo(before);
  }

  private static List<GroupFitter> fitters(DoubleMatrix s) {
    AlternatingFitter arb = new AlternatingFitter(5, 0);
    return List.of(
        new MeanBinarizer(true),
        new MeanBinarizer(false),
        arb,
        new MetricFitter(arb, s, 5, 0, XSolve.SEQUENTIAL),
        new MetricFitter(arb, s, 5, 0, XSolve.JOINT),
        new RowColumnFitter(5, 0));
  }
}
