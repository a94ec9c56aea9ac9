package dev.pbq.core.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.pbq.core.PbqException;
import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.core.testkit.Synthetic;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InverseFactorTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 130, 1030})
  void isTheUpperFactorOfTheDampedInverse(int n) {
    FloatMatrix x = Synthetic.inputs(2 * n, n, 1);
    double[][] h = Matrices.gram(x, 2);
    double mean = IntStream.range(0, n).mapToDouble(i -> h[i][i]).sum() / n;
    try (Hessian hessian = Synthetic.hessian(x)) {
      InverseFactor factor = hessian.inverseFactor(Damping.of(0.01), "layer");
      assertThat(factor.dampingShare()).isEqualTo(0.01);
      assertThat(factor.damping()).isCloseTo(0.01 * mean, within(1e-6 * mean));
      assertThat(factor.order()).isEmpty();
      double[][] u = Matrices.factor(factor);
      assertThat(Matrices.inverseError(u, Matrices.damped(h, 0.01 * mean))).isLessThan(2e-4);
      for (int r = 0; r < n; r++) {
        assertThat(factor.diagonal()[r]).isPositive().isEqualTo((float) u[r][r]);
        for (int c = 0; c < r; c++) {
          assertThat(u[r][c]).isZero();
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void deadColumnsGetOnes(boolean byDiagonal) {
    ColumnOrder order = byDiagonal ? ColumnOrder.DESCENDING_DIAGONAL : ColumnOrder.NATURAL;
    FloatMatrix x = Synthetic.inputs(60, 20, 2);
    for (int t = 0; t < 60; t++) {
      x.data()[t * 20 + 3] = 0;
      x.data()[t * 20 + 19] = 0;
    }
    double[][] h = Matrices.damped(Matrices.gram(x, 2), 0);
    try (Hessian hessian = Synthetic.hessian(x)) {
      assertThat(hessian.deadColumns()).containsExactly(3, 19);
      InverseFactor factor = hessian.inverseFactor(Damping.of(0), order, "layer");
      assertThat(factor.deadColumns()).containsExactly(3, 19);
      double[][] permuted = h;
      if (byDiagonal) {
        int[] p = factor.order().orElseThrow();
        assertThat(p).doesNotHaveDuplicates().hasSize(20);
        permuted = new double[20][20];
        for (int i = 0; i < 20; i++) {
          for (int k = 0; k < 20; k++) {
            permuted[i][k] = h[p[i]][p[k]];
          }
          assertThat(i == 0 || permuted[i - 1][i - 1] >= permuted[i][i]).isTrue();
        }
        // The two dead ones, equal at 1, in their natural order.
        assertThat(Arrays.copyOfRange(p, 18, 20)).containsExactly(3, 19);
      }
      assertThat(Matrices.inverseError(Matrices.factor(factor), permuted)).isLessThan(1e-4);
    }
  }

  @Test
  void groupsOfNeighboursStayTogether() {
    double[] diagonal = {1, 2, 9, 1, 5, 5, 100};
    assertThat(ColumnOrder.NATURAL.visits(diagonal)).containsExactly(0, 1, 2, 3, 4, 5, 6);
    assertThat(ColumnOrder.DESCENDING_DIAGONAL.visits(diagonal))
        .containsExactly(6, 2, 4, 5, 1, 0, 3);
    // Sums 3, 10, 10 and a narrower one, which comes last whatever it weighs.
    assertThat(ColumnOrder.inGroups(2).visits(diagonal)).containsExactly(2, 3, 4, 5, 1, 0, 6);
    assertThat(ColumnOrder.inGroups(9).visits(diagonal)).containsExactly(6, 2, 4, 5, 1, 0, 3);
  }

  @Test
  void largeMatricesInActivationOrderToo() {
    int n = 1100;
    FloatMatrix x = Synthetic.inputs(1500, n, 3);
    try (Hessian hessian = Synthetic.hessian(x)) {
      InverseFactor factor =
          hessian.inverseFactor(Damping.of(0.01), ColumnOrder.DESCENDING_DIAGONAL, "layer");
      int[] p = factor.order().orElseThrow();
      FloatMatrix permuted = FloatMatrix.zeros(x.rows(), n);
      for (int t = 0; t < x.rows(); t++) {
        for (int c = 0; c < n; c++) {
          permuted.data()[t * n + c] = x.get(t, p[c]);
        }
      }
      try (Hessian other = Synthetic.hessian(permuted)) {
        float[] expected = other.inverseFactor(Damping.of(0.01), "layer").diagonal();
        float[] actual = factor.diagonal();
        for (int i = 0; i < n; i++) {
          assertThat(actual[i]).isCloseTo(expected[i], within(1e-4f * expected[i]));
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {12, 1100})
  void aHessianOfTooFewTokensIsDampedFurther(int n) {
    // Equal rows: rank one, so no damping is not enough.
    FloatMatrix ones = FloatMatrix.zeros(n, n);
    Arrays.fill(ones.data(), 1f);
    try (Hessian hessian = Hessian.of(ones, 1)) {
      InverseFactor factor = hessian.inverseFactor(new Damping(0, 0.01, 1), "layer");
      assertThat(factor.dampingShare()).isEqualTo(0.01);
      assertThat(factor.damping()).isCloseTo(0.01, within(1e-9));
      assertThat(Matrices.inverseError(Matrices.factor(factor), damp(ones, 0.01))).isLessThan(5e-2);
    }
  }

  private static double[][] damp(FloatMatrix h, double d) {
    double[][] copy = new double[h.rows()][h.rows()];
    for (int i = 0; i < h.rows(); i++) {
      for (int k = 0; k < h.rows(); k++) {
        copy[i][k] = h.get(i, k) + (i == k ? d : 0);
      }
    }
    return copy;
  }

  @Test
  void dampingGrowsInDoublingSteps() {
    // Eigenvalues 1 + v and 1 - v with v = 1.1: positive definite from a share of 0.1 on.
    FloatMatrix h = new FloatMatrix(2, 2, new float[] {1, 1.1f, 1.1f, 1});
    try (Hessian hessian = Hessian.of(h, 1)) {
      // 0, 0.01, 0.03, 0.07, 0.15
      assertThat(hessian.inverseFactor(new Damping(0, 0.01, 1), "layer").dampingShare())
          .isCloseTo(0.15, within(1e-12));
    }
  }

  @Test
  void aHessianThatNeverFactorsNamesTheLayer() {
    FloatMatrix h = new FloatMatrix(2, 2, new float[] {1, 5, 5, 1});
    try (Hessian hessian = Hessian.of(h, 1)) {
      assertThatThrownBy(() -> hessian.inverseFactor(Damping.of(0.01), "layers.7.q_proj"))
          .isInstanceOfSatisfying(
              PbqException.class, e -> assertThat(e.kind()).isEqualTo(PbqException.Kind.NUMERICAL))
          .hasMessageContaining("layers.7.q_proj")
          .hasMessageContaining("1.0");
    }
  }

  @Test
  void refusesHessiansThatAreNotFinite() {
    FloatMatrix h = new FloatMatrix(2, 2, new float[] {1, Float.NaN, Float.NaN, 1});
    assertThatThrownBy(() -> Hessian.of(h, 1)).isInstanceOf(PbqException.class);
  }

  @Test
  void isComputedOnce() {
    try (Hessian hessian = Synthetic.hessian(Synthetic.inputs(30, 10, 5))) {
      InverseFactor q = hessian.inverseFactor(Damping.of(0.01), "q_proj");
      assertThat(hessian.inverseFactor(Damping.of(0.01), "k_proj")).isSameAs(q);
      assertThat(hessian.inverseFactor(Damping.of(0.02), "k_proj")).isNotSameAs(q);
    }
  }

  @Test
  void isTheSameForAnyNumberOfThreads() {
    int n = 1200;
    FloatMatrix x = Synthetic.inputs(400, n, 6);
    try (Hessian first = Synthetic.hessian(x);
        Hessian second = Synthetic.hessian(x)) {
      float[][] one =
          Parallel.withThreads(1, () -> rows(first.inverseFactor(Damping.of(0.01), "a")));
      float[][] three =
          Parallel.withThreads(3, () -> rows(second.inverseFactor(Damping.of(0.01), "a")));
      assertThat(Arrays.deepEquals(one, three)).isTrue();
    }
  }

  private static float[][] rows(InverseFactor factor) {
    float[][] rows = new float[factor.size()][factor.size()];
    for (int r = 0; r < rows.length; r++) {
      factor.row(r, 0, factor.size(), rows[r], 0);
    }
    return rows;
  }
}
