package dev.pbq.arb.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.pbq.arb.choice.XSolve;
import dev.pbq.core.tensor.DoubleMatrix;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Groups that leave little or nothing to fit, with every fitter. */
class DegenerateGroupsTest {
  private static final int ROWS = 6;
  private static final int COLS = 10;

  private static List<GroupFitter> fitters(int cols) {
    DoubleMatrix s = Blocks.metric(cols, 3 * cols, 8);
    AlternatingFitter arb = new AlternatingFitter(15, 0);
    return List.of(
        new MeanBinarizer(true),
        new MeanBinarizer(false),
        arb,
        new MetricFitter(arb, s, 15, 0, XSolve.SEQUENTIAL),
        new MetricFitter(arb, s, 15, 0, XSolve.JOINT),
        new RowColumnFitter(0, 0),
        new RowColumnFitter(15, 0),
        new RowColumnFitter(15, 1e-8));
  }

  /** One test for each fitter and order. */
  private static List<DynamicTest> forEach(Check check) {
    List<DynamicTest> tests = new ArrayList<>();
    for (GroupFitter fitter : fitters(COLS)) {
      for (int order = 1; order <= 2; order++) {
        int o = order;
        tests.add(
            DynamicTest.dynamicTest(
                fitter.getClass().getSimpleName() + " " + tests.size(),
                () -> check.run(fitter, o)));
      }
    }
    return tests;
  }

  private interface Check {
    void run(GroupFitter fitter, int order);
  }

  @TestFactory
  List<DynamicTest> emptyGroupHasParametersZero() {
    DoubleMatrix v = Blocks.values(Blocks.Style.NORMAL, ROWS, COLS, 1);
    return forEach(
        (fitter, order) -> {
          Groups groups = Blocks.randomMask(ROWS, COLS, 0, order, 2);
          GroupFit fit = fitter.fit(v, groups, 0, Blocks.signs(groups));
          assertThat(fit.order()).isEqualTo(order);
          for (double[] parameter : Blocks.parameters(fit)) {
            assertThat(parameter).containsOnly(0);
          }
        });
  }

  @TestFactory
  List<DynamicTest> blockOfZerosIsExact() {
    DoubleMatrix v = DoubleMatrix.zeros(ROWS, COLS);
    return forEach(
        (fitter, order) -> {
          Groups groups = Blocks.randomMask(ROWS, COLS, 0.5, order, 2);
          SignPlanes signs = Blocks.signs(groups);
          GroupFit fit = fitter.fit(v, groups, 0, signs);
          for (double[] parameter : Blocks.parameters(fit)) {
            assertThat(parameter).doesNotContain(Double.NaN, Double.POSITIVE_INFINITY);
          }
          for (int i = 0; i < ROWS * COLS; i++) {
            double value = fit.value(i / COLS, i % COLS, signs.first()[i], signs.second()[i]);
            assertThat(value).isZero();
          }
          // sign(0) = +1
          if (order == 1) {
            for (int i = 0; i < ROWS * COLS; i++) {
              assertThat(signs.first()[i]).isEqualTo((byte) (groups.of()[i] == 0 ? 1 : 0));
            }
          }
        });
  }

  @TestFactory
  List<DynamicTest> loneMembersAreExact() {
    DoubleMatrix v = Blocks.values(Blocks.Style.NORMAL, ROWS, COLS, 1);
    return forEach(
        (fitter, order) -> {
          // One member in each row but the last, each in a column of its own.
          byte[] mask = new byte[ROWS * COLS];
          for (int i = 0; i + 1 < ROWS; i++) {
            mask[i * COLS + (3 * i + 1) % COLS] = 1;
          }
          Groups groups = Groups.ofMask(ROWS, COLS, mask, order);
          SignPlanes signs = Blocks.signs(groups);
          GroupFit fit = fitter.fit(v, groups, 0, signs);
          assertExact(v, groups, fit, signs, rounding(fitter));
          assertThat(Blocks.parameters(fit)[0][ROWS - 1]).isZero();
        });
  }

  @TestFactory
  List<DynamicTest> constantRowsAreExact() {
    DoubleMatrix v = Blocks.values(Blocks.Style.CONSTANT_ROWS, ROWS, COLS, 1);
    return forEach(
        (fitter, order) -> {
          Groups groups = Blocks.randomMask(ROWS, COLS, 0.6, order, 2);
          SignPlanes signs = Blocks.signs(groups);
          assertExact(v, groups, fitter.fit(v, groups, 0, signs), signs, rounding(fitter));
        });
  }

  /** What may be missing of a value: nothing, or what eps takes away from squares of its size. */
  private static double rounding(GroupFitter fitter) {
    return fitter instanceof RowColumnFitter rc && rc.eps() > 0 ? 1e-6 : 1e-13;
  }

  private static void assertExact(
      DoubleMatrix v, Groups groups, GroupFit fit, SignPlanes signs, double rounding) {
    DoubleMatrix reconstruction = Blocks.reconstruction(groups, fit, signs);
    for (int i = 0; i < v.data().length; i++) {
      if (groups.of()[i] == 0) {
        assertThat(reconstruction.data()[i])
            .isCloseTo(v.data()[i], within(rounding * Math.abs(v.data()[i])));
      }
    }
  }

  /** Whatever the block and the group, numbers stay finite and better than none at all. */
  @Property(tries = 300)
  void everythingStaysFinite(
      @ForAll Blocks.Style style,
      @ForAll @IntRange(min = 1, max = 9) int rows,
      @ForAll @IntRange(min = 1, max = 9) int cols,
      @ForAll @IntRange(min = 1, max = 2) int order,
      @ForAll @DoubleRange(min = 0, max = 1.1) double density,
      @ForAll long seed) {
    DoubleMatrix v = Blocks.values(style, rows, cols, seed);
    Groups groups = Blocks.randomMask(rows, cols, density, order, seed + 1);
    for (GroupFitter fitter : fitters(cols)) {
      SignPlanes signs = Blocks.signs(groups);
      GroupFit fit = fitter.fit(v, groups, 0, signs);
      for (double[] parameter : Blocks.parameters(fit)) {
        for (double x : parameter) {
          assertThat(x).isFinite();
        }
      }
      // The start of rows and columns is no least-squares step, and a metric has its own measure.
      boolean starts = fitter instanceof RowColumnFitter rc && rc.iterations() == 0;
      if (!starts && !(fitter instanceof MetricFitter)) {
        assertThat(GroupError.squared(v, groups, 0, fit, signs))
            .isLessThanOrEqualTo(Blocks.energy(v, groups) * (1 + 1e-12));
      }
    }
  }

  @Test
  void blocksWithoutRowsAreFitted() {
    Groups groups = Blocks.whole(0, 5, 2);
    for (GroupFitter fitter : fitters(5)) {
      GroupFit fit = fitter.fit(DoubleMatrix.zeros(0, 5), groups, 0, Blocks.signs(groups));
      assertThat(fit.order()).isEqualTo(2);
    }
  }

  @Test
  void ordersAreOneOrTwo() {
    assertThatThrownBy(() -> Blocks.whole(2, COLS, 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("order 3");
  }
}
