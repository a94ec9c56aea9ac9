package dev.pbq.core.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.pbq.core.PbqException;
import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.core.testkit.Synthetic;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LowerFactorTest {
  /** L as rows. */
  private static double[][] rows(LowerFactor factor) {
    int n = factor.size();
    double[][] rows = new double[n][n];
    float[] column = new float[n];
    for (int c = 0; c < n; c++) {
      factor.column(c, 0, n, column, 0);
      for (int r = 0; r < n; r++) {
        rows[r][c] = column[r];
      }
    }
    return rows;
  }

  /** Sizes below, at and above one tile. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 256, 530})
  void isTheLowerFactorOfTheDampedHessian(int n) {
    FloatMatrix x = Synthetic.inputs(2 * n, n, 1);
    double[][] h = Matrices.gram(x, 2);
    double mean = IntStream.range(0, n).mapToDouble(i -> h[i][i]).sum() / n;
    double[][] damped = Matrices.damped(h, 0.01 * mean);
    try (Hessian hessian = Synthetic.hessian(x)) {
      LowerFactor factor = hessian.lowerFactor(Damping.of(0.01), "layer");
      assertThat(factor.dampingShare()).isEqualTo(0.01);
      assertThat(hessian.lowerFactor(Damping.of(0.01), "other")).isSameAs(factor);
      double[][] l = rows(factor);
      for (int i = 0; i < n; i += 1 + n / 60) {
        assertThat(factor.diagonal()[i]).isPositive().isCloseTo(l[i][i], within(1e-6 * l[i][i]));
        for (int j = 0; j <= i; j++) {
          double sum = 0;
          for (int k = 0; k <= j; k++) {
            sum += l[i][k] * l[j][k];
          }
          assertThat(sum).isCloseTo(damped[i][j], within(1e-5 * mean));
          assertThat(i == j || l[j][i] == 0).isTrue();
        }
      }
    }
  }

  @Test
  void deadColumnsStandAlone() {
    FloatMatrix x = Synthetic.inputs(60, 20, 2);
    for (int t = 0; t < 60; t++) {
      x.data()[t * 20 + 3] = 0;
    }
    try (Hessian hessian = Synthetic.hessian(x)) {
      LowerFactor factor = hessian.lowerFactor(Damping.of(0), "layer");
      assertThat(factor.deadColumns()).containsExactly(3);
      double[][] l = rows(factor);
      for (int k = 0; k < 20; k++) {
        assertThat(l[3][k]).isEqualTo(k == 3 ? 1 : 0);
        assertThat(l[k][3]).isEqualTo(k == 3 ? 1 : 0);
      }
    }
  }

  @Test
  void dampingGrowsUntilItFactors() {
    // Eigenvalues 4 and -2; the mean of the diagonal is 1, so that more than 2 is needed.
    FloatMatrix indefinite = new FloatMatrix(2, 2, new float[] {1, 3, 3, 1});
    FloatMatrix nearly = new FloatMatrix(2, 2, new float[] {1, 1.05f, 1.05f, 1});
    try (Hessian hessian = Hessian.of(nearly, 1)) {
      assertThat(hessian.lowerFactor(Damping.of(0.01), "layer").dampingShare()).isGreaterThan(.05);
    }
    try (Hessian hessian = Hessian.of(indefinite, 1)) {
      assertThatThrownBy(() -> hessian.lowerFactor(Damping.of(0.01), "model.layer"))
          .isInstanceOf(PbqException.class)
          .hasMessageContaining("model.layer: the Hessian is not positive definite");
    }
  }

  @Test
  void threadsDoNotMatter() {
    try (Hessian a = Synthetic.hessian(Synthetic.inputs(800, 700, 1));
        Hessian b = Synthetic.hessian(Synthetic.inputs(800, 700, 1))) {
      LowerFactor one = Parallel.withThreads(1, () -> a.lowerFactor(Damping.of(0.01), "a"));
      LowerFactor four = Parallel.withThreads(4, () -> b.lowerFactor(Damping.of(0.01), "b"));
      assertThat(rows(four)).isDeepEqualTo(rows(one));
    }
  }

  @Test
  void demandOfLaterErrorsIsTheirProductWithTheFactor() {
    int n = 9;
    int count = 5;
    try (Hessian hessian = Synthetic.hessian(Synthetic.inputs(40, n, 1))) {
      LowerFactor factor = hessian.lowerFactor(Damping.of(0.01), "layer");
      double[][] l = rows(factor);
      try (LaterErrors errors = new LaterErrors(2 + count, factor)) {
        float[] last = Synthetic.weight(4, count, 1).data();
        float[] middle = Synthetic.weight(3, count, 2).data();
        errors.put(2, count, 5, 9, last);
        errors.put(2, count, 2, 5, middle);
        float[] sums = new float[2 * count];
        errors.demand(2, count, 0, 2, sums);
        for (int c = 0; c < 2; c++) {
          for (int r = 0; r < count; r++) {
            double expected = 0;
            for (int j = 0; j < 3; j++) {
              expected += middle[j * count + r] * l[2 + j][c];
            }
            for (int j = 0; j < 4; j++) {
              expected += last[j * count + r] * l[5 + j][c];
            }
            assertThat((double) sums[c * count + r]).isCloseTo(expected, within(1e-4));
          }
        }
        errors.demand(2, count, 5, 9, new float[4 * count]);
      }
    }
  }
}
