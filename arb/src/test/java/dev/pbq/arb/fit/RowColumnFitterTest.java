package dev.pbq.arb.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.pbq.core.tensor.DoubleMatrix;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class RowColumnFitterTest {
  @Property(tries = 300)
  void errorNeverRises(
      @ForAll Blocks.Style style,
      @ForAll @IntRange(min = 1, max = 30) int rows,
      @ForAll @IntRange(min = 1, max = 30) int cols,
      @ForAll @IntRange(min = 1, max = 2) int order,
      @ForAll @DoubleRange(min = 0, max = 1.1) double density,
      @ForAll long seed) {
    DoubleMatrix v = Blocks.values(style, rows, cols, seed);
    Groups groups = Blocks.randomMask(rows, cols, density, order, seed + 1);
    double rounding = 1e-12 * Blocks.energy(v, groups);
    double before = error(v, groups, 0);
    for (int t = 1; t <= 12; t++) {
      double error = error(v, groups, t);
      assertThat(error).as("iteration %d", t).isLessThanOrEqualTo(before + rounding);
      before = error;
    }
  }

  private static double error(DoubleMatrix v, Groups groups, int iterations) {
    SignPlanes signs = Blocks.signs(groups);
    RowColumnFit fit = new RowColumnFitter(iterations, 0).fit(v, groups, 0, signs);
    return GroupError.squared(v, groups, 0, fit, signs);
  }

  /** On a whole block one plane ends at sign(V) times the leading singular pair of |V|. */
  @Property(tries = 60)
  void orderOneOfAWholeBlockIsTheLeadingSingularPair(
      @ForAll @IntRange(min = 1, max = 25) int rows,
      @ForAll @IntRange(min = 1, max = 25) int cols,
      @ForAll long seed) {
    Random random = new Random(seed);
    DoubleMatrix v = DoubleMatrix.zeros(rows, cols);
    DoubleMatrix magnitudes = DoubleMatrix.zeros(rows, cols);
    for (int i = 0; i < rows * cols; i++) {
      // Magnitudes of one size have one leading pair, well apart from the next.
      magnitudes.data()[i] = 0.3 + random.nextDouble();
      v.data()[i] = random.nextBoolean() ? magnitudes.data()[i] : -magnitudes.data()[i];
    }
    Groups groups = Blocks.whole(rows, cols, 1);
    SignPlanes signs = Blocks.signs(groups);
    RowColumnFit fit = new RowColumnFitter(400, 0).fit(v, groups, 0, signs);
    DoubleMatrix leading = leadingPair(magnitudes);
    for (int i = 0; i < rows * cols; i++) {
      double expected = Math.copySign(leading.data()[i], v.data()[i]);
      double value = fit.value(i / cols, i % cols, signs.first()[i], 0);
      assertThat(value).isCloseTo(expected, within(1e-9));
    }
  }

  /** sigma1 u1 v1^T by one-sided Jacobi rotations, which make the columns of A orthogonal. */
  private static DoubleMatrix leadingPair(DoubleMatrix a) {
    int rows = a.rows();
    int cols = a.cols();
    DoubleMatrix u = a.copy();
    DoubleMatrix right = DoubleMatrix.zeros(cols, cols);
    for (int j = 0; j < cols; j++) {
      right.data()[j * cols + j] = 1;
    }
    for (int sweep = 0; sweep < 30; sweep++) {
      for (int p = 0; p < cols; p++) {
        for (int q = p + 1; q < cols; q++) {
          double gamma = dot(u, p, q);
          if (gamma != 0) {
            double zeta = (dot(u, q, q) - dot(u, p, p)) / (2 * gamma);
            double t = Math.copySign(1, zeta) / (Math.abs(zeta) + Math.hypot(1, zeta));
            double c = 1 / Math.hypot(1, t);
            rotate(u, p, q, c, c * t);
            rotate(right, p, q, c, c * t);
          }
        }
      }
    }
    int first = 0;
    for (int j = 1; j < cols; j++) {
      first = dot(u, j, j) > dot(u, first, first) ? j : first;
    }
    DoubleMatrix pair = DoubleMatrix.zeros(rows, cols);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < cols; j++) {
        pair.data()[i * cols + j] = u.get(i, first) * right.get(j, first);
      }
    }
    return pair;
  }

  private static double dot(DoubleMatrix a, int p, int q) {
    double sum = 0;
    for (int i = 0; i < a.rows(); i++) {
      sum += a.get(i, p) * a.get(i, q);
    }
    return sum;
  }

  private static void rotate(DoubleMatrix a, int p, int q, double c, double s) {
    for (int i = 0; i < a.rows(); i++) {
      double x = a.get(i, p);
      double y = a.get(i, q);
      a.data()[i * a.cols() + p] = c * x - s * y;
      a.data()[i * a.cols() + q] = s * x + c * y;
    }
  }

  /** A block that two planes can represent is found again, with the planes in order of size. */
  @Test
  void twoPlanesOfScalesAreFound() {
    int rows = 60;
    int cols = 40;
    Random random = new Random(5);
    double[] r1 = random.doubles(rows, 0.5, 1.5).toArray();
    double[] q1 = random.doubles(cols, 0.5, 1.5).toArray();
    double[] r2 = random.doubles(rows, 0.05, 0.1).toArray();
    double[] q2 = random.doubles(cols, 0.5, 1.5).toArray();
    DoubleMatrix v = DoubleMatrix.zeros(rows, cols);
    for (int i = 0; i < rows * cols; i++) {
      double c1 = r1[i / cols] * q1[i % cols];
      double c2 = r2[i / cols] * q2[i % cols];
      v.data()[i] = (random.nextBoolean() ? c1 : -c1) + (random.nextBoolean() ? c2 : -c2);
    }
    assertThat(error(v, Blocks.whole(rows, cols, 2), 200))
        .isLessThan(1e-20 * Blocks.energy(v, Blocks.whole(rows, cols, 2)));
  }

  @Test
  void settingsMustMakeSense() {
    assertThatThrownBy(() -> new RowColumnFitter(-1, 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new RowColumnFitter(1, Double.POSITIVE_INFINITY))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
