package dev.pbq.gptqpb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.pbq.core.PbqException;
import dev.pbq.core.linalg.Damping;
import dev.pbq.core.linalg.Hessian;
import dev.pbq.core.linalg.InverseFactor;
import dev.pbq.core.packed.ScaleDtype;
import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.quant.LinearProblem;
import dev.pbq.core.quant.Quantization;
import dev.pbq.core.quant.Quantizer;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.core.tensor.Half;
import dev.pbq.core.testkit.Synthetic;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PbLlmPropertiesTest {
  private static Quantizer quantizer(LowMethod method, PbLlmSettings settings) {
    return new PbLlmProvider().create(method.label(), settings);
  }

  private static PbLlmSettings settings(
      double lowFrac, int blocksize, int groupsize, boolean disableGptq, ScaleDtype dtype) {
    return new PbLlmSettings(
        lowFrac, null, SalientMetric.HESSIAN, blocksize, groupsize, null, disableGptq, null, dtype);
  }

  private static LinearProblem problem(FloatMatrix w, Hessian h) {
    return new LinearProblem("layers.0.q_proj", w, Optional.of(h));
  }

  /** Any shape, group and block; the loss is that of the layer as it will be read back. */
  @Property(tries = 60)
  void lossIsHalfTheTraceOfWhatIsStored(
      @ForAll LowMethod method,
      @ForAll @IntRange(min = 1, max = 140) int rows,
      @ForAll @IntRange(min = 1, max = 90) int cols,
      @ForAll @IntRange(min = 1, max = 140) int blocksize,
      @ForAll @IntRange(min = 0, max = 90) int group,
      @ForAll @DoubleRange(min = 0.05, max = 0.98) double lowFrac,
      @ForAll ScaleDtype dtype,
      @ForAll long seed) {
    int groupsize = group == 0 || group > cols ? -1 : group;
    int dead = Math.floorMod(seed, 2) == 0 ? cols / 3 : -1;
    FloatMatrix x = Synthetic.inputs(2 * cols + 1, cols, seed);
    for (int t = 0; t < x.rows() && dead >= 0; t++) {
      x.data()[t * cols + dead] = 0;
    }
    FloatMatrix w = Synthetic.weight(rows, cols, seed + 1);
    FloatMatrix before = w.copy();
    try (Hessian h = Synthetic.hessian(x)) {
      PbLlmSettings settings = settings(lowFrac, blocksize, groupsize, false, dtype);
      Quantization result = quantizer(method, settings).quantize(problem(w, h));
      assertThat(w).isEqualTo(before);
      FloatMatrix q = result.linear().dequantize();
      FloatMatrix d = FloatMatrix.zeros(rows, cols);
      double squares = 0;
      double deadSquares = 0;
      for (int i = 0; i < rows * cols; i++) {
        d.data()[i] = (i % cols == dead ? 0 : w.data()[i]) - q.data()[i];
        squares += (double) d.data()[i] * d.data()[i];
        deadSquares += i % cols == dead ? (double) d.data()[i] * d.data()[i] : 0;
      }
      InverseFactor factor = h.inverseFactor(Damping.of(0.01), "test");
      double trace = h.quadraticTrace(d) + factor.damping() * squares + deadSquares;
      assertThat(result.diagnostics().get("loss"))
          .isCloseTo(trace / 2, within(2e-3 * trace + 1e-9));
      assertThat(result.diagnostics().get("damping")).isEqualTo(0.01);
      double low = result.diagnostics().get("low_fraction");
      assertThat(low).isBetween(0.0, 1.0).isGreaterThanOrEqualTo(lowFrac - 1e-9);
    }
  }

  @ParameterizedTest
  @EnumSource(LowMethod.class)
  void blocksizeChangesNothingButRounding(LowMethod method) {
    FloatMatrix w = Synthetic.weight(100, 200, 3);
    try (Hessian h = Synthetic.hessian(Synthetic.inputs(600, 200, 4))) {
      double reference = loss(method, settings(0.8, 128, -1, false, ScaleDtype.F32), w, h);
      for (int blocksize : new int[] {1, 37, 1000}) {
        double other = loss(method, settings(0.8, blocksize, -1, false, ScaleDtype.F32), w, h);
        assertThat(other).isCloseTo(reference, within(2e-3 * reference));
      }
    }
  }

  private static double loss(LowMethod method, PbLlmSettings s, FloatMatrix w, Hessian h) {
    return quantizer(method, s).quantize(problem(w, h)).diagnostics().get("loss");
  }

  @ParameterizedTest
  @EnumSource(LowMethod.class)
  void compensationHelpsOnAverage(LowMethod method) {
    double with = 0;
    double without = 0;
    for (int seed = 0; seed < 5; seed++) {
      FloatMatrix w = Synthetic.weight(60, 80, seed);
      try (Hessian h = Synthetic.hessian(Synthetic.inputs(300, 80, seed + 100))) {
        with += outputError(method, false, w, h);
        without += outputError(method, true, w, h);
      }
    }
    assertThat(with).isLessThan(without);
  }

  private static double outputError(
      LowMethod method, boolean disableGptq, FloatMatrix w, Hessian h) {
    Quantization result =
        quantizer(method, settings(0.8, 128, -1, disableGptq, ScaleDtype.F16))
            .quantize(problem(w, h));
    assertThat(result.diagnostics().get("loss") == 0).isEqualTo(disableGptq);
    FloatMatrix d = result.linear().dequantize();
    for (int i = 0; i < d.data().length; i++) {
      d.data()[i] -= w.data()[i];
    }
    return h.quadraticTrace(d);
  }

  @ParameterizedTest
  @EnumSource(LowMethod.class)
  void resultsDoNotDependOnThreads(LowMethod method) {
    FloatMatrix w = Synthetic.weight(300, 150, 3);
    FloatMatrix x = Synthetic.inputs(400, 150, 4);
    PbLlmSettings settings = settings(0.9, 64, 50, false, ScaleDtype.F16);
    Quantization one = Parallel.withThreads(1, () -> once(method, settings, w, x));
    Quantization two = Parallel.withThreads(2, () -> once(method, settings, w, x));
    assertThat(two.linear().dequantize()).isEqualTo(one.linear().dequantize());
    assertThat(two.diagnostics()).isEqualTo(one.diagnostics());
  }

  private static Quantization once(
      LowMethod method, PbLlmSettings settings, FloatMatrix w, FloatMatrix x) {
    try (Hessian h = Synthetic.hessian(x)) {
      return quantizer(method, settings).quantize(problem(w, h));
    }
  }

  @Test
  void halfPrecisionParametersAreRepresentable() {
    int cols = 50;
    FloatMatrix w = Synthetic.weight(30, cols, 8);
    try (Hessian h = Synthetic.hessian(Synthetic.inputs(200, cols, 9))) {
      // Nearly everything low and one group: a row has two low values, mean +- scale.
      FloatMatrix q =
          quantizer(LowMethod.XNOR, settings(0.9, 16, -1, false, ScaleDtype.F16))
              .quantize(problem(w, h))
              .linear()
              .dequantize();
      SalientSelection selection =
          SalientSelection.of(
              w, new int[0], h.inverseFactor(Damping.of(0.01), "test").diagonal(), cols, 0.9);
      for (int r = 0; r < 30; r++) {
        Set<Float> values = new HashSet<>();
        for (int c = 0; c < cols; c++) {
          if (!selection.isSalient(r, c)) {
            values.add(q.get(r, c));
          }
        }
        assertThat(values).hasSize(2);
        float[] pair = {values.iterator().next(), 0};
        values.remove(pair[0]);
        pair[1] = values.iterator().next();
        float scale = Math.abs(pair[0] - pair[1]) / 2;
        assertThat(Half.round(scale)).isCloseTo(scale, within(1e-7f));
      }
    }
  }

  @Test
  void maskedStatisticsAreThoseOfLowWeightsAlone() {
    // One row, magnitude metric: 6 and -7 are salient, and 1, 2, 3, 4 are low.
    FloatMatrix w = new FloatMatrix(1, 6, new float[] {1, 6, 2, -7, 3, 4});
    FloatMatrix identity = FloatMatrix.zeros(6, 6);
    for (int i = 0; i < 6; i++) {
      identity.data()[i * 6 + i] = 1;
    }
    try (Hessian h = Hessian.of(identity, 1)) {
      float[] plain = xnor(w, h, false);
      float[] masked = xnor(w, h, true);
      // mean 10/6, scale (sum of deviations of 1, 2, 3, 4, 0, 0 from it)/6 = 4/3
      assertThat(plain[0]).isCloseTo(1f / 3, within(1e-5f));
      assertThat(plain[4]).isCloseTo(3f, within(1e-5f));
      // mean 2.5, scale 1
      assertThat(masked[0]).isCloseTo(1.5f, within(1e-5f));
      assertThat(masked[2]).isCloseTo(1.5f, within(1e-5f));
      assertThat(masked[4]).isCloseTo(3.5f, within(1e-5f));
      assertThat(masked[1]).isCloseTo(6f, within(0.05f)).isEqualTo(plain[1]);
      assertThat(masked[3]).isCloseTo(-7f, within(0.05f)).isEqualTo(plain[3]);
    }
  }

  private static float[] xnor(FloatMatrix w, Hessian h, boolean masked) {
    PbLlmSettings s =
        new PbLlmSettings(0.5, null, null, null, null, null, true, masked, ScaleDtype.F32);
    return quantizer(LowMethod.XNOR, s).quantize(problem(w, h)).linear().dequantize().data();
  }

  @Test
  void moreGroupsThanRowsTakeTheirOwnZeros() {
    FloatMatrix w = Synthetic.weight(2, 40, 5);
    try (Hessian h = Synthetic.hessian(Synthetic.inputs(100, 40, 6))) {
      FloatMatrix q =
          quantizer(LowMethod.FOUR_BIT, settings(0.7, 128, 10, true, ScaleDtype.F32))
              .quantize(problem(w, h))
              .linear()
              .dequantize();
      // Groups 2 and 3 have no row of their number; with their own zeros they round to nearest.
      for (int r = 0; r < 2; r++) {
        for (int c = 20; c < 40; c++) {
          assertThat(q.get(r, c)).isCloseTo(w.get(r, c), within(0.05f));
        }
      }
    }
  }

  @Test
  void failuresNameTheLayer() {
    FloatMatrix w = Synthetic.weight(3, 2, 1);
    FloatMatrix indefinite = new FloatMatrix(2, 2, new float[] {1, 9, 9, 1});
    try (Hessian h = Hessian.of(indefinite, 1)) {
      assertThatThrownBy(
              () -> quantizer(LowMethod.XNOR, PbLlmSettings.of(0.5)).quantize(problem(w, h)))
          .isInstanceOf(PbqException.class)
          .hasMessageContaining("layers.0.q_proj");
      FloatMatrix infinite = new FloatMatrix(1, 2, new float[] {1, Float.NEGATIVE_INFINITY});
      assertThatThrownBy(
              () -> quantizer(LowMethod.XNOR, PbLlmSettings.of(0.5)).quantize(problem(infinite, h)))
          .isInstanceOf(PbqException.class)
          .hasMessageContaining("tensor layers.0.q_proj.weight holds")
          .hasMessageContaining("at [0, 1]");
      // Without compensation, magnitudes need no factor.
      PbLlmSettings rtn = new PbLlmSettings(0.5, null, null, null, null, null, true, null, null);
      Quantization result = quantizer(LowMethod.NO, rtn).quantize(problem(w, h));
      assertThat(result.diagnostics()).doesNotContainKey("damping");
      FloatMatrix huge = new FloatMatrix(1, 2, new float[] {1e6f, 2e7f});
      assertThatThrownBy(() -> quantizer(LowMethod.NO, rtn).quantize(problem(huge, h)))
          .isInstanceOf(PbqException.class)
          .hasMessageContaining("f16");
    }
  }

  @Test
  void missingHessianIsADefectOfTheCaller() {
    LinearProblem none = new LinearProblem("l", FloatMatrix.zeros(1, 1), Optional.empty());
    assertThatThrownBy(() -> quantizer(LowMethod.XNOR, PbLlmSettings.of(0.5)).quantize(none))
        .isInstanceOf(IllegalStateException.class);
  }
}
