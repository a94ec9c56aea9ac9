package dev.pbq.core.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.pbq.core.PbqException;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.core.testkit.Synthetic;
import java.nio.FloatBuffer;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The change of a weight that mends a drift, against the normal equations written out. */
class DriftTest {
  private static final Damping DAMPING = Damping.of(0.01);

  /** Two streams of one sequence: inputs and residual values of each. */
  private record Streams(FloatMatrix x, FloatMatrix xh, FloatMatrix r, FloatMatrix rh) {
    static Streams random(int tokens, int rows, int cols, long seed) {
      FloatMatrix x = Synthetic.inputs(tokens, cols, seed);
      FloatMatrix r = Synthetic.inputs(tokens, rows, seed + 1);
      return new Streams(x, noisy(x, seed + 2), r, noisy(r, seed + 3));
    }

    private static FloatMatrix noisy(FloatMatrix a, long seed) {
      Random random = new Random(seed);
      float[] data = a.data().clone();
      for (int i = 0; i < data.length; i++) {
        data[i] += (float) (0.3 * random.nextGaussian());
      }
      return new FloatMatrix(a.rows(), a.cols(), data);
    }

    Hessian hessian() {
      return Synthetic.hessian(xh);
    }

    Drift drift(boolean residual) {
      return new Drift(
          moment(x, xh, xh), residual ? Optional.of(moment(r, rh, xh)) : Optional.empty());
    }

    private static CrossMoment moment(FloatMatrix a, FloatMatrix ah, FloatMatrix xh) {
      float[] apart = a.data().clone();
      for (int i = 0; i < apart.length; i++) {
        apart[i] -= ah.data()[i];
      }
      try (CrossAccumulator sum = new CrossAccumulator(a.cols(), xh.cols())) {
        sum.add(Synthetic.direct(apart), Synthetic.direct(xh.data()), a.rows(), 1);
        return sum.finish("test");
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "40,5,7,true",
    "40,5,7,false",
    "3,4,6,true",
    "9000,2,3,true",
    "300,300,40,true",
    "50,3,530,true"
  })
  void theChangedWeightSolvesTheNormalEquations(int tokens, int rows, int cols, boolean residual) {
    Streams s = Streams.random(tokens, rows, cols, 1);
    FloatMatrix w = Synthetic.weight(rows, cols, 9);
    try (Hessian h = s.hessian();
        Drift drift = s.drift(residual);
        DampedSolver solver = DampedSolver.of(h, DAMPING, "layer")) {
      FloatMatrix change = drift.mend(w, solver);
      // (W + V)(Sigma + d I) = W C + R + d W, with 2/n sums in place of means.
      double[][] sigma = cross(s.xh(), s.xh(), s.xh(), false);
      double[][] c = cross(s.x(), s.xh(), s.xh(), false);
      double[][] r = cross(s.r(), s.rh(), s.xh(), true);
      double mean = 0;
      for (int i = 0; i < cols; i++) {
        mean += sigma[i][i] / cols;
      }
      double d = 0.01 * mean;
      double largest = 0;
      double worst = 0;
      for (int i = 0; i < rows; i++) {
        for (int k = 0; k < cols; k++) {
          double left = d * (w.get(i, k) + change.get(i, k));
          double right = (residual ? r[i][k] : 0) + d * w.get(i, k);
          for (int j = 0; j < cols; j++) {
            left += (w.get(i, j) + (double) change.get(i, j)) * sigma[j][k];
            right += w.get(i, j) * c[j][k];
          }
          largest = Math.max(largest, Math.abs(right));
          worst = Math.max(worst, Math.abs(left - right));
        }
      }
      assertThat(worst).isLessThan(1e-5 * largest);
      assertThat(change.get(0, 0)).isNotZero();
    }
  }

  @Test
  void withoutADriftNothingChanges() {
    Streams s = Streams.random(30, 4, 6, 5);
    Streams still = new Streams(s.xh(), s.xh(), s.rh(), s.rh());
    try (Hessian h = still.hessian();
        Drift drift = still.drift(true);
        DampedSolver solver = DampedSolver.of(h, DAMPING, "layer")) {
      assertThat(drift.mend(Synthetic.weight(4, 6, 2), solver).data()).containsOnly(0f);
    }
  }

  /** What is fitted on the rest is what is fitted on the rest alone. */
  @Test
  void sequencesCanBeTakenOut() {
    Streams rest = Streams.random(60, 5, 8, 11);
    Streams part = Streams.random(60, 5, 8, 12);
    FloatMatrix w = Synthetic.weight(5, 8, 3);
    try (Hessian restHessian = rest.hessian();
        Hessian partHessian = part.hessian();
        Hessian bothHessian = both(rest, part);
        Drift restDrift = rest.drift(true);
        Drift partDrift = part.drift(true);
        Drift bothDrift = bothDrift(rest, part);
        DampedSolver alone = DampedSolver.of(restHessian, DAMPING, "layer");
        DampedSolver left = DampedSolver.without(bothHessian, partHessian, DAMPING, "layer")) {
      float[] expected = restDrift.mend(w, alone).data();
      float[] change = bothDrift.mendWithout(partDrift, w, left).data();
      for (int i = 0; i < change.length; i++) {
        assertThat(change[i]).isCloseTo(expected[i], within(1e-5f));
      }
    }
  }

  @Test
  void crossTermsOfAnotherCalibrationAreRefusedByName() {
    Streams one = Streams.random(60, 5, 8, 11);
    Streams wide = Streams.random(60, 5, 9, 11);
    try (Hessian h = one.hessian();
        Hessian wideHessian = wide.hessian();
        Hessian more = both(one, Streams.random(60, 5, 8, 12));
        Drift drift = one.drift(true)) {
      drift.requireSameCalibration(h, "layer");
      assertThatThrownBy(() -> drift.requireSameCalibration(more, "layer"))
          .isInstanceOf(PbqException.class)
          .hasMessageContainingAll("layer: ", "another calibration", "1 windows", "2 of 8");
      assertThatThrownBy(() -> drift.requireSameCalibration(wideHessian, "layer"))
          .isInstanceOf(PbqException.class)
          .hasMessageContainingAll("another calibration", "1 of 9");
    }
  }

  private static Hessian both(Streams a, Streams b) {
    try (HessianAccumulator sum = new HessianAccumulator(a.xh().cols())) {
      sum.add(Synthetic.direct(a.xh().data()), a.xh().rows(), 1);
      sum.add(Synthetic.direct(b.xh().data()), b.xh().rows(), 1);
      return sum.finish("test");
    }
  }

  private static Drift bothDrift(Streams a, Streams b) {
    return new Drift(
        bothMoments(a.x(), a.xh(), a.xh(), b.x(), b.xh(), b.xh()),
        Optional.of(bothMoments(a.r(), a.rh(), a.xh(), b.r(), b.rh(), b.xh())));
  }

  private static CrossMoment bothMoments(
      FloatMatrix a,
      FloatMatrix ah,
      FloatMatrix xa,
      FloatMatrix b,
      FloatMatrix bh,
      FloatMatrix xb) {
    try (CrossAccumulator sum = new CrossAccumulator(a.cols(), xa.cols())) {
      sum.add(apart(a, ah), Synthetic.direct(xa.data()), a.rows(), 1);
      sum.add(apart(b, bh), Synthetic.direct(xb.data()), b.rows(), 1);
      return sum.finish("test");
    }
  }

  private static FloatBuffer apart(FloatMatrix a, FloatMatrix ah) {
    float[] apart = a.data().clone();
    for (int i = 0; i < apart.length; i++) {
      apart[i] -= ah.data()[i];
    }
    return Synthetic.direct(apart);
  }

  /** On the windows themselves: E||e - V xh||^2 - E||e||^2 = tr(V H V^T) - 2 tr(V E^T). */
  @Test
  void theErrorOfAChangeIsWhatTheOutputsSay() {
    Streams s = Streams.random(50, 4, 6, 21);
    FloatMatrix w = Synthetic.weight(4, 6, 4);
    FloatMatrix v = Synthetic.weight(4, 6, 5);
    try (Hessian h = s.hessian();
        Drift drift = s.drift(true)) {
      double expected = 0;
      for (int t = 0; t < 50; t++) {
        for (int i = 0; i < 4; i++) {
          double e = s.r().get(t, i) - s.rh().get(t, i);
          double mended = e;
          for (int k = 0; k < 6; k++) {
            double lacks = w.get(i, k) * ((double) s.x().get(t, k) - s.xh().get(t, k));
            e += lacks;
            mended += lacks - v.get(i, k) * (double) s.xh().get(t, k);
          }
          expected += 2 * (mended * mended - e * e);
        }
      }
      double found = h.quadraticTrace(v) - 2 * drift.along(v, w);
      assertThat(found).isCloseTo(expected, within(1e-5 * Math.abs(expected)));
    }
  }

  @Test
  void aDeadInputKeepsItsWeights() {
    Streams s = Streams.random(40, 3, 5, 31);
    for (int t = 0; t < 40; t++) {
      s.xh().data()[t * 5 + 2] = 0;
    }
    FloatMatrix w = Synthetic.weight(3, 5, 6);
    try (Hessian h = s.hessian();
        Drift drift = s.drift(true);
        DampedSolver solver = DampedSolver.of(h, DAMPING, "layer")) {
      FloatMatrix change = drift.mend(w, solver);
      for (int i = 0; i < 3; i++) {
        assertThat(change.get(i, 2)).isZero();
        assertThat(change.get(i, 1)).isNotZero();
      }
    }
  }

  @Test
  void whatIsNotFiniteIsRefusedByName() {
    try (CrossAccumulator sum = new CrossAccumulator(1, 2)) {
      sum.add(
          Synthetic.direct(new float[] {1}),
          Synthetic.direct(new float[] {1, Float.POSITIVE_INFINITY}),
          1,
          1);
      assertThatThrownBy(() -> sum.finish("model.layers.0.qkv"))
          .isInstanceOf(PbqException.class)
          .hasMessageContaining("model.layers.0.qkv");
    }
  }

  /** 2 sums over tokens: of a with xh, or of a - ah with xh. */
  private static double[][] cross(FloatMatrix a, FloatMatrix ah, FloatMatrix xh, boolean apart) {
    double[][] m = new double[a.cols()][xh.cols()];
    for (int t = 0; t < a.rows(); t++) {
      for (int i = 0; i < a.cols(); i++) {
        double v = a.get(t, i) - (apart ? (double) ah.get(t, i) : 0);
        for (int k = 0; k < xh.cols(); k++) {
          m[i][k] += 2 * v * xh.get(t, k);
        }
      }
    }
    return m;
  }
}
