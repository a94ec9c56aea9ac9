package dev.pbq.ecq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.pbq.core.PbqException;
import dev.pbq.core.linalg.Hessian;
import dev.pbq.core.packed.EntropyCodedLinear;
import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.quant.CalibrationNeed;
import dev.pbq.core.quant.LinearProblem;
import dev.pbq.core.quant.Quantization;
import dev.pbq.core.quant.Quantizer;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.core.testkit.Synthetic;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EcqQuantizerTest {
  private static Quantizer ecq(double bits, int states, boolean dataFree) {
    return new EcqProvider()
        .create("ecq", new EcqSettings(bits, states, null, null, null, dataFree, null, null));
  }

  private static FloatMatrix gaussian(int rows, int cols) {
    Random random = new Random(7);
    float[] w = new float[rows * cols];
    for (int i = 0; i < w.length; i++) {
      w[i] = (float) random.nextGaussian();
    }
    return new FloatMatrix(rows, cols, w);
  }

  private static LinearProblem free(FloatMatrix w) {
    return new LinearProblem("layer", w, Optional.empty());
  }

  private static double storedBits(Quantization q) {
    return q.linear().bits().bitsPerWeight();
  }

  private static double meanSquare(FloatMatrix w, Quantization q) {
    FloatMatrix d = q.linear().dequantize();
    double sum = 0;
    for (int i = 0; i < d.data().length; i++) {
      double e = w.data()[i] - d.data()[i];
      sum += e * e;
    }
    return sum / d.data().length;
  }

  /**
   * Independent normal weights, everything stored counted. Plain rounding with ideal entropy coding
   * reaches .3483 and .0889; no quantizer gets below .25 and .0625.
   */
  @ParameterizedTest
  @CsvSource({"1, 1, .353", "1, 2, .0901", "4, 2, .0755", "8, 1, .304", "8, 2, .0735"})
  void errorOfNormalWeightsIsNearTheBound(int states, double bits, double most) {
    FloatMatrix w = gaussian(4096, 256);
    Quantization q = ecq(bits, states, true).quantize(free(w));
    assertThat(storedBits(q)).isCloseTo(bits, within(.002));
    assertThat(meanSquare(w, q)).isBetween(Math.pow(4, -bits), most);
    assertThat(q.diagnostics().get("loss") * 2 / w.data().length)
        .isCloseTo(meanSquare(w, q), within(1e-4));
  }

  @Property(tries = 12)
  void anyRateIsMet(
      @ForAll @DoubleRange(min = .8, max = 6) double bits,
      @ForAll @IntRange(min = 0, max = 2) int t) {
    int states = new int[] {1, 4, 8}[t];
    FloatMatrix w = gaussian(256, 96);
    try (Hessian h = Synthetic.hessian(Synthetic.inputs(300, 96, 4))) {
      Quantization q =
          ecq(bits, states, false).quantize(new LinearProblem("layer", w, Optional.of(h)));
      assertThat(storedBits(q)).isCloseTo(bits, within(.002));
    }
  }

  @Test
  void lossFallsWithEveryBit() {
    FloatMatrix w = gaussian(256, 200);
    try (Hessian h = Synthetic.hessian(Synthetic.inputs(500, 200, 4))) {
      double last = Double.POSITIVE_INFINITY;
      for (double bits : new double[] {1, 1.5, 2, 2.25, 3}) {
        double loss =
            ecq(bits, 8, false)
                .quantize(new LinearProblem("layer", w, Optional.of(h)))
                .diagnostics()
                .get("loss");
        assertThat(loss).isLessThan(last);
        last = loss;
      }
    }
  }

  /** Large enough for the search on some of the rows, and for several segments. */
  @Test
  void largeLayersMeetTheRateWhateverTheThreads() {
    FloatMatrix w = gaussian(3500, 512);
    try (Hessian h = Synthetic.hessian(Synthetic.inputs(600, 512, 4))) {
      LinearProblem problem = new LinearProblem("layer", w, Optional.of(h));
      Quantization one = Parallel.withThreads(1, () -> ecq(2.5, 8, false).quantize(problem));
      Quantization three = Parallel.withThreads(3, () -> ecq(2.5, 8, false).quantize(problem));
      assertThat(storedBits(one)).isCloseTo(2.5, within(.002));
      assertThat(three.linear()).isEqualTo(one.linear());
      assertThat(three.diagnostics()).isEqualTo(one.diagnostics());
    }
  }

  /** A capped code would ruin its whole row. */
  @Test
  void outliersKeepTheirSize() {
    FloatMatrix w = gaussian(256, 64);
    w.data()[70] = 900;
    w.data()[64 * 100 + 3] = -4000;
    Quantization q = ecq(2.5, 8, true).quantize(free(w));
    FloatMatrix d = q.linear().dequantize();
    assertThat(d.data()[70]).isCloseTo(900, within(4f));
    assertThat(d.data()[64 * 100 + 3]).isCloseTo(-4000, within(20f));
    assertThat(q.diagnostics().get("largest_code")).isGreaterThan(500);
  }

  @Test
  void nothingButZerosTakesLess() {
    FloatMatrix w = FloatMatrix.zeros(256, 64);
    Quantization q = ecq(2, 8, true).quantize(free(w));
    assertThat(q.linear().dequantize()).isEqualTo(w);
    assertThat(storedBits(q)).isLessThan(.2);
    assertThat(q.diagnostics().get("zeros")).isEqualTo(1);
  }

  @Test
  void deadInputsBecomeZeroAndOthersDoNotNotice() {
    FloatMatrix x = Synthetic.inputs(300, 40, 4);
    for (int t = 0; t < x.rows(); t++) {
      x.data()[t * 40 + 7] = 0;
      x.data()[t * 40 + 39] = 0;
    }
    FloatMatrix w = gaussian(400, 40);
    w.data()[7] = 1e30f;
    try (Hessian h = Synthetic.hessian(x)) {
      Quantization q = ecq(2.5, 8, false).quantize(new LinearProblem("layer", w, Optional.of(h)));
      FloatMatrix d = q.linear().dequantize();
      for (int r = 0; r < 400; r++) {
        assertThat(d.get(r, 7)).isZero();
        assertThat(d.get(r, 39)).isZero();
      }
      assertThat(storedBits(q)).isCloseTo(2.5, within(.003));
      assertThat(d.get(0, 0)).isCloseTo(w.get(0, 0), within(1.5f));
    }
  }

  @Test
  void layersWhoseInputsAreAllDeadBecomeZero() {
    try (Hessian h = Hessian.of(FloatMatrix.zeros(24, 24), 1)) {
      Quantization q =
          ecq(2, 1, false).quantize(new LinearProblem("layer", gaussian(128, 24), Optional.of(h)));
      assertThat(q.linear().dequantize()).isEqualTo(FloatMatrix.zeros(128, 24));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1 | 1 | no {bits} can be met",
        "1 | 64 | no {bits} can be met",
        "2 | 64 | from {bits} 4.",
        "3 | 64 | from {bits} 3.1"
      })
  void layersThatAreTooSmallAreRefusedByName(int rows, int cols, String nearest) {
    assertThatThrownBy(() -> ecq(2.25, 8, true).checkFits("model.tiny", rows, cols))
        .isInstanceOf(PbqException.class)
        .hasMessageContainingAll("model.tiny", "bits 2.25 cannot be met", "bits per weight")
        .hasMessageContaining(nearest.replaceAll("[{}]", ""));
  }

  /** Room for the steps, but not for codes: what was reached is named. */
  @Test
  void layersWhoseCodesTakeMoreAreRefusedWithTheNearest() {
    assertThatThrownBy(() -> ecq(3.005, 8, true).quantize(free(gaussian(3, 64))))
        .isInstanceOf(PbqException.class)
        .hasMessageContainingAll("layer", "bits 3.005 cannot be met", "nearest that was reached");
  }

  @ParameterizedTest
  @CsvSource({"2048, 1", "16, 16"})
  void smallLayersWork(int rows, int cols) {
    Quantization q = ecq(6, 8, true).quantize(free(gaussian(rows, cols)));
    assertThat(storedBits(q)).isCloseTo(6, within(.002 + 48.0 / (rows * cols)));
    assertThat(q.linear()).isInstanceOf(EntropyCodedLinear.class);
  }

  @Test
  void figuresOfTheInterface() {
    Quantizer q = ecq(2.25, 8, false);
    assertThat(q.calibrationNeed()).isEqualTo(CalibrationNeed.HESSIAN);
    assertThat(ecq(2.25, 8, true).calibrationNeed()).isEqualTo(CalibrationNeed.NONE);
    assertThat(q.paperBits(512, 512)).isEqualTo(2.25);
    assertThat(q.estimateStoredBits(512, 512)).isEqualTo((long) (2.25 * 512 * 512));
  }

  @ParameterizedTest
  @CsvSource({"0.4, 8", "6.5, 8", "2, 2"})
  void settingsOutOfRangeAreRefused(double bits, int states) {
    assertThatThrownBy(() -> ecq(bits, states, false))
        .isInstanceOf(PbqException.class)
        .hasMessageContaining("is not");
  }

  @Test
  void weightsThatAreNotFiniteAreNamed() {
    FloatMatrix w = gaussian(256, 64);
    w.data()[65] = Float.NaN;
    assertThatThrownBy(() -> ecq(2, 8, true).quantize(free(w)))
        .hasMessageContainingAll("layer.weight", "[1, 1]");
  }
}
