package dev.pbq.ecq.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pbq.core.entropy.Trellis;
import dev.pbq.core.linalg.Damping;
import dev.pbq.core.linalg.Hessian;
import dev.pbq.core.packed.EntropyCodedLinear;
import dev.pbq.core.packed.StepGrid;
import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.tensor.DoubleMatrix;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.core.testkit.Synthetic;
import dev.pbq.ecq.Reference;
import dev.pbq.ecq.choice.CodeLengths;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SweepTest {
  private static final double SHARE = 0.01;

  private static FloatMatrix weights(int rows, int cols, long seed) {
    Random random = new Random(seed);
    float[] w = new float[rows * cols];
    for (int i = 0; i < w.length; i++) {
      w[i] = (float) random.nextGaussian();
    }
    return new FloatMatrix(rows, cols, w);
  }

  private static double[][] rows(FloatMatrix w) {
    double[][] rows = new double[w.rows()][w.cols()];
    for (int r = 0; r < w.rows(); r++) {
      for (int c = 0; c < w.cols(); c++) {
        rows[r][c] = w.get(r, c);
      }
    }
    return rows;
  }

  private static double[][] damped(Hessian h) {
    int n = h.size();
    double mean = Arrays.stream(h.diagonal()).average().orElseThrow();
    double[][] sigma = rows(h.block(0, n));
    for (int i = 0; i < n; i++) {
      sigma[i][i] += SHARE * mean;
    }
    return sigma;
  }

  private static double[][] rows(DoubleMatrix m) {
    double[][] rows = new double[m.rows()][];
    for (int r = 0; r < m.rows(); r++) {
      rows[r] = Arrays.copyOfRange(m.data(), r * m.cols(), (r + 1) * m.cols());
    }
    return rows;
  }

  private static CodeLengths linear(Trellis trellis) {
    return CodeLengths.linear(trellis.quantizers(), 1, 1, 0.8);
  }

  /** More columns than one panel, so that both ways of passing errors on are used. */
  @ParameterizedTest
  @EnumSource(Trellis.class)
  void choosesTheCodesOfTheReference(Trellis trellis) {
    int rows = 24;
    int cols = 150;
    double scale = trellis == Trellis.SCALAR ? 0.8 : 0.5;
    double lambda = 0.2;
    FloatMatrix w = weights(rows, cols, 5);
    try (Hessian h = Synthetic.hessian(Synthetic.inputs(400, cols, 3))) {
      Layer layer = Layer.of(w, h.lowerFactor(Damping.of(SHARE), "layer"));
      Spacing spacing = Spacing.of(layer, 0.5);
      Plan plan = new Plan(trellis, 1024, lambda);
      SweepOutcome found =
          Sweep.run(layer, spacing, Activity.none(layer), plan, scale, linear(trellis));
      double[] steps = new double[cols];
      double[] lambdas = new double[cols];
      double log = Arrays.stream(layer.pivots()).map(Math::log).average().orElseThrow();
      for (int i = 0; i < cols; i++) {
        double pivot = layer.pivots()[i];
        steps[i] = scale * Math.exp(-0.5 * (Math.log(pivot) - log));
        lambdas[i] = lambda * Math.pow(Math.exp(log) * scale / (steps[i] * pivot), 2);
      }
      StepGrid grid =
          new StepGrid(
              (float) (Arrays.stream(steps).min().orElseThrow() * 0.7),
              (float) (Arrays.stream(steps).max().orElseThrow() * 1.6));
      Reference expected =
          new Reference(
              rows(w),
              damped(h),
              steps,
              lambdas,
              trellis,
              (q, k) -> Math.min(1 + 0.8 * Math.abs(k), 8 + 2 * Math.floor(log2(1 + Math.abs(k)))),
              s -> grid.value(grid.code(s)));
      int same = 0;
      for (int r = 0; r < rows; r++) {
        for (int c = 0; c < cols; c++) {
          same += expected.codes[r][c] == found.codes().get(r, c) ? 1 : 0;
        }
      }
      // A near tie may be decided otherwise in float32, and then everything after it differs.
      assertThat(same / (double) (rows * cols)).isGreaterThan(trellis == Trellis.SCALAR ? .9 : .5);
      assertThat(found.loss()).isCloseTo(expected.loss, within(0.02 * expected.loss));
      assertLossIsThatOfTheStoredLayer(found, plan, w, h);
    }
  }

  private static double log2(double x) {
    return Math.log(x) / Math.log(2);
  }

  private static void assertLossIsThatOfTheStoredLayer(
      SweepOutcome found, Plan plan, FloatMatrix w, Hessian h) {
    FloatMatrix stored =
        new EntropyCodedLinear(plan.trellis(), plan.segmentRows(), found.codes(), found.steps())
            .dequantize();
    double mean = Arrays.stream(h.diagonal()).average().orElseThrow();
    FloatMatrix error = w.copy();
    double squares = 0;
    for (int i = 0; i < error.data().length; i++) {
      error.data()[i] -= stored.data()[i];
      squares += error.data()[i] * error.data()[i];
    }
    double loss = h.quadraticTrace(error) + SHARE * mean * squares;
    assertThat(found.loss()).isCloseTo(loss, within(1e-4 * loss));
  }

  @Test
  void exampleWorkedOutByHand() {
    float[] sigma = {2, .5f, .2f, .5f, 1, .3f, .2f, .3f, .5f};
    FloatMatrix w = new FloatMatrix(2, 3, new float[] {.9f, -.4f, .3f, -.2f, .7f, -1.1f});
    try (Hessian h = Hessian.of(new FloatMatrix(3, 3, sigma), 1)) {
      Layer layer = Layer.of(w, h.lowerFactor(Damping.of(0), "layer"));
      SweepOutcome found =
          Sweep.run(
              layer,
              Spacing.of(layer, 0),
              Activity.none(layer),
              new Plan(Trellis.SCALAR, 1024, 0),
              0.5,
              linear(Trellis.SCALAR));
      int[][] codes = {{2, -1, 1}, {0, 1, -2}};
      for (int r = 0; r < 2; r++) {
        for (int c = 0; c < 3; c++) {
          assertThat(found.codes().get(r, c)).isEqualTo(codes[r][c]);
        }
      }
      // Steps are rounded to one byte, 0.33 % from one to the next.
      assertThat(found.steps().value(2)).isCloseTo(.5f, within(1e-3f));
      assertThat(found.steps().value(1)).isCloseTo(.5f * 1.128571f, within(1.5e-3f));
      assertThat(found.steps().value(0)).isCloseTo(.5f * .921071f, within(1.5e-3f));
      assertThat(found.loss()).isCloseTo(.102520, within(5e-4));
    }
  }

  @Test
  void threadsDoNotMatterAndSegmentsStartAnew() {
    FloatMatrix w = weights(300, 140, 8);
    try (Hessian h = Synthetic.hessian(Synthetic.inputs(300, 140, 3))) {
      Layer layer = Layer.of(w, h.lowerFactor(Damping.of(SHARE), "layer"));
      Spacing spacing = Spacing.of(layer, 0.5);
      Activity activity = Activity.of(layer, spacing, 3);
      Plan plan = new Plan(Trellis.EIGHT, 64, 0.4);
      CodeLengths lengths = CodeLengths.linear(2, 9, 1, 0.8);
      SweepOutcome one =
          Parallel.withThreads(1, () -> Sweep.run(layer, spacing, activity, plan, 0.6, lengths));
      SweepOutcome four =
          Parallel.withThreads(4, () -> Sweep.run(layer, spacing, activity, plan, 0.6, lengths));
      assertThat(four.codes()).isEqualTo(one.codes());
      assertThat(four.steps()).isEqualTo(one.steps());
      assertThat(four.counts()).isEqualTo(one.counts());
      assertThat(four.loss()).isEqualTo(one.loss());
      assertLossIsThatOfTheStoredLayer(one, plan, w, h);
    }
  }
}
