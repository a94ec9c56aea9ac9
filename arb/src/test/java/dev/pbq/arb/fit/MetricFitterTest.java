package dev.pbq.arb.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.pbq.arb.choice.XSolve;
import dev.pbq.core.linalg.DoubleProducts;
import dev.pbq.core.tensor.DoubleMatrix;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MetricFitterTest {
  private static final AlternatingFitter START = new AlternatingFitter(4, 0);

  /** A fit with its signs. */
  private record Fitted(RowFit fit, SignPlanes signs) {
    double error(DoubleMatrix v, Groups groups, DoubleMatrix s) {
      return GroupError.weighted(v, groups, 0, fit, signs, s);
    }
  }

  private static Fitted fit(GroupFitter fitter, DoubleMatrix v, Groups groups) {
    SignPlanes signs = Blocks.signs(groups);
    return new Fitted((RowFit) fitter.fit(v, groups, 0, signs), signs);
  }

  private static Fitted sequential(DoubleMatrix v, Groups groups, DoubleMatrix s, int iterations) {
    return fit(new MetricFitter(START, s, iterations, 0, XSolve.SEQUENTIAL), v, groups);
  }

  private static Fitted joint(DoubleMatrix v, Groups groups, DoubleMatrix s) {
    return fit(new MetricFitter(START, s, 0, 0, XSolve.JOINT), v, groups);
  }

  @Property(tries = 300)
  void outputErrorNeverRises(
      @ForAll Blocks.Style style,
      @ForAll @IntRange(min = 1, max = 20) int rows,
      @ForAll @IntRange(min = 1, max = 30) int cols,
      @ForAll @IntRange(min = 1, max = 60) int tokens,
      @ForAll @IntRange(min = 1, max = 2) int order,
      @ForAll @DoubleRange(min = 0, max = 1.1) double density,
      @ForAll long seed) {
    DoubleMatrix v = Blocks.values(style, rows, cols, seed);
    Groups groups = Blocks.randomMask(rows, cols, density, order, seed + 1);
    DoubleMatrix s = Blocks.metric(cols, tokens, seed + 2);
    Fitted start = fit(START, v, groups);
    double before = start.error(v, groups, s);
    for (int t = 0; t <= 10; t++) {
      Fitted fitted = sequential(v, groups, s, t);
      assertThat(fitted.signs.first()).isEqualTo(start.signs.first());
      assertThat(fitted.signs.second()).isEqualTo(start.signs.second());
      double error = fitted.error(v, groups, s);
      double rounding = 1e-13 * largestTerms(v, groups, s, fitted);
      assertThat(error).as("iteration %d", t).isLessThanOrEqualTo(before + rounding);
      before = error;
    }
    Fitted joint = joint(v, groups, s);
    double rounding = 1e-13 * largestTerms(v, groups, s, joint);
    assertThat(joint.error(v, groups, s)).isLessThanOrEqualTo(before + rounding);
  }

  /**
   * A bound of what the error is summed from: where few tokens hardly see the mask or the signs,
   * parameters become large and their effects cancel.
   */
  private static double largestTerms(DoubleMatrix v, Groups groups, DoubleMatrix s, Fitted fitted) {
    double trace = 0;
    for (int j = 0; j < s.cols(); j++) {
      trace += s.get(j, j);
    }
    DoubleMatrix reconstruction = Blocks.reconstruction(groups, fitted.fit, fitted.signs);
    return trace * (Blocks.energy(v, groups) + Blocks.energy(reconstruction, groups));
  }

  /** tr(V S V^T) on the members of group 0. */
  private static double energy(DoubleMatrix v, Groups groups, DoubleMatrix s) {
    double[] zeros = new double[groups.rows()];
    RowFit nothing = new RowFit(zeros, zeros, null);
    return GroupError.weighted(v, groups, 0, nothing, Blocks.signs(groups), s);
  }

  /**
   * At the joint solution no change of any parameter helps: R S is orthogonal to mask and signs.
   */
  @Property(tries = 100)
  void jointSolutionIsStationary(
      @ForAll @IntRange(min = 1, max = 2) int order,
      @ForAll @DoubleRange(min = 0.05, max = 1.1) double density,
      @ForAll long seed) {
    int rows = 12;
    int cols = 40;
    DoubleMatrix v = Blocks.values(Blocks.Style.OUTLIERS, rows, cols, seed);
    Groups groups = Blocks.randomMask(rows, cols, density, order, seed + 1);
    DoubleMatrix s = Blocks.metric(cols, 100, seed + 2);
    Fitted fitted = joint(v, groups, s);
    DoubleMatrix residual = Blocks.reconstruction(groups, fitted.fit, fitted.signs);
    for (int i = 0; i < rows * cols; i++) {
      double value = groups.of()[i] == 0 ? v.data()[i] : 0;
      residual.data()[i] = value - residual.data()[i];
    }
    DoubleMatrix weighted = DoubleProducts.multiply(residual, s);
    for (int i = 0; i < rows; i++) {
      double[] gradient = new double[3];
      for (int x = i * cols; x < (i + 1) * cols; x++) {
        if (groups.of()[x] == 0) {
          gradient[0] += weighted.data()[x];
          gradient[1] += (2 * fitted.signs.first()[x] - 1) * weighted.data()[x];
          gradient[2] += (2 * fitted.signs.second()[x] - 1) * weighted.data()[x];
        }
      }
      for (int p = 0; p <= order; p++) {
        assertThat(gradient[p]).isCloseTo(0, within(1e-7));
      }
    }
  }

  /** Rounds converge to the joint solution, with eps as without. */
  @Property(tries = 60)
  void manyRoundsReachTheJointSolution(
      @ForAll @IntRange(min = 1, max = 2) int order,
      @ForAll @IntRange(min = 0, max = 1) int ridge,
      @ForAll @DoubleRange(min = 0.4, max = 1.1) double density,
      @ForAll long seed) {
    DoubleMatrix v = Blocks.values(Blocks.Style.NORMAL, 15, 40, seed);
    Groups groups = Blocks.randomMask(15, 40, density, order, seed + 1);
    DoubleMatrix s = Blocks.metric(40, 200, seed + 2);
    double eps = 50.0 * ridge;
    Fitted rounds = fit(new MetricFitter(START, s, 30_000, eps, XSolve.SEQUENTIAL), v, groups);
    Fitted joint = fit(new MetricFitter(START, s, 0, eps, XSolve.JOINT), v, groups);
    assertThat(rounds.fit.mu()).containsExactly(joint.fit.mu(), within(1e-8));
    assertThat(rounds.fit.a1()).containsExactly(joint.fit.a1(), within(1e-8));
    if (order == 2) {
      assertThat(rounds.fit.a2()).containsExactly(joint.fit.a2(), within(1e-8));
    }
  }

  @Test
  void fifteenRoundsAreNearTheJointSolution() {
    DoubleMatrix v = Blocks.values(Blocks.Style.NORMAL, 60, 128, 1);
    Groups groups = Blocks.whole(60, 128, 2);
    DoubleMatrix s = Blocks.metric(128, 1000, 2);
    double start = fit(START, v, groups).error(v, groups, s);
    double rounds = sequential(v, groups, s, 15).error(v, groups, s);
    double joint = joint(v, groups, s).error(v, groups, s);
    assertThat(joint).isLessThan(0.99 * start);
    assertThat(rounds).isBetween(joint * (1 - 1e-12), joint * 1.001);
  }

  /** Only the metric's shape matters, not its scale. */
  @ParameterizedTest
  @ValueSource(doubles = {1e-12, 1e12})
  void scaleOfTheMetricIsImmaterial(double scale) {
    DoubleMatrix v = Blocks.values(Blocks.Style.NORMAL, 20, 30, 1);
    Groups groups = Blocks.randomMask(20, 30, 0.5, 2, 2);
    DoubleMatrix s = Blocks.metric(30, 90, 3);
    DoubleMatrix scaled = s.copy();
    for (int i = 0; i < scaled.data().length; i++) {
      scaled.data()[i] *= scale;
    }
    assertThat(sequential(v, groups, scaled, 15).fit.a2())
        .containsExactly(sequential(v, groups, s, 15).fit.a2(), within(1e-10));
    assertThat(joint(v, groups, scaled).fit.a2())
        .containsExactly(joint(v, groups, s).fit.a2(), within(1e-10));
  }

  /** With S = I the phases have one objective, which the start's own updates have settled. */
  @Test
  void identityMetricChangesNothingAtAFixedPoint() {
    DoubleMatrix v = Blocks.values(Blocks.Style.NORMAL, 10, 50, 4);
    Groups groups = Blocks.whole(10, 50, 1);
    DoubleMatrix identity = DoubleMatrix.zeros(50, 50);
    for (int j = 0; j < 50; j++) {
      identity.data()[j * 51] = 1;
    }
    AlternatingFitter settled = new AlternatingFitter(500, 0);
    RowFit before = fit(settled, v, groups).fit;
    for (XSolve solve : XSolve.values()) {
      RowFit after = fit(new MetricFitter(settled, identity, 15, 0, solve), v, groups).fit;
      assertThat(after.mu()).containsExactly(before.mu(), within(1e-12));
      assertThat(after.a1()).containsExactly(before.a1(), within(1e-12));
    }
  }

  /** What the inputs do not determine stays as it started. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void jointKeepsTheStartWhereInputsAreZero(int order) {
    DoubleMatrix v = Blocks.values(Blocks.Style.NORMAL, 8, 16, 4);
    Groups groups = Blocks.randomMask(8, 16, 0.6, order, 5);
    Fitted start = fit(START, v, groups);
    Fitted joint = joint(v, groups, DoubleMatrix.zeros(16, 16));
    assertThat(joint.fit).usingRecursiveComparison().isEqualTo(start.fit);
    // A round divides 0 by 0 there, which is 0.
    assertThat(sequential(v, groups, DoubleMatrix.zeros(16, 16), 1).fit.a1()).containsOnly(0);
  }

  /**
   * Singular systems: rows of few members or equal values, inputs of low rank. The joint solution
   * is finite and no worse than many rounds.
   */
  @Property(tries = 300)
  void jointSolvesSingularSystems(
      @ForAll Blocks.Style style,
      @ForAll @IntRange(min = 1, max = 12) int cols,
      @ForAll @IntRange(min = 1, max = 3) int tokens,
      @ForAll @IntRange(min = 1, max = 2) int order,
      @ForAll @DoubleRange(min = 0.1, max = 1.1) double density,
      @ForAll long seed) {
    DoubleMatrix v = Blocks.values(style, 20, cols, seed);
    Groups groups = Blocks.randomMask(20, cols, density, order, seed + 1);
    DoubleMatrix s = Blocks.metric(cols, tokens, seed + 2);
    Fitted joint = joint(v, groups, s);
    for (double x : Blocks.reconstruction(groups, joint.fit, joint.signs).data()) {
      assertThat(x).isFinite();
    }
    double error = joint.error(v, groups, s);
    double rounds = sequential(v, groups, s, 500).error(v, groups, s);
    assertThat(error).isLessThanOrEqualTo(rounds + 1e-9 * energy(v, groups, s));
  }

  /** All signs of a row equal: the plane moves with the shift, which alone is solved for. */
  @Test
  void jointLeavesAPlaneOfEqualSignsAlone() {
    DoubleMatrix v = new DoubleMatrix(1, 3, new double[] {2, 2, 2});
    Groups groups = Blocks.whole(1, 3, 1);
    DoubleMatrix s = Blocks.metric(3, 10, 1);
    Fitted joint = joint(v, groups, s);
    assertThat(joint.fit.a1()).containsExactly(0);
    assertThat(joint.fit.mu()).containsExactly(new double[] {2}, within(1e-14));
  }

  @Test
  void settingsMustMakeSense() {
    DoubleMatrix s = Blocks.metric(4, 9, 1);
    assertThatThrownBy(() -> new MetricFitter(START, s, -1, 0, XSolve.JOINT))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new MetricFitter(START, DoubleMatrix.zeros(4, 5), 1, 0, XSolve.JOINT))
        .isInstanceOf(IllegalArgumentException.class);
    DoubleMatrix v = DoubleMatrix.zeros(2, 5);
    assertThatThrownBy(() -> joint(v, Blocks.whole(2, 5, 1), s))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
