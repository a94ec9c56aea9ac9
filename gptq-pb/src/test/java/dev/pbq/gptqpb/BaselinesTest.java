package dev.pbq.gptqpb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.pbq.core.PbqException;
import dev.pbq.core.linalg.Hessian;
import dev.pbq.core.packed.ScaleDtype;
import dev.pbq.core.packed.UniformLinear;
import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.quant.CalibrationNeed;
import dev.pbq.core.quant.LinearProblem;
import dev.pbq.core.quant.Quantization;
import dev.pbq.core.quant.Quantizer;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.core.testkit.Synthetic;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BaselinesTest {
  private static Quantizer gptq(
      int bits, int groupsize, int blocksize, boolean actOrder, ScaleDtype dtype) {
    return new GptqProvider()
        .create("gptq", settings(bits, groupsize, blocksize, actOrder, null, dtype));
  }

  private static GptqSettings settings(
      int bits,
      int groupsize,
      int blocksize,
      boolean actOrder,
      ActGroups groups,
      ScaleDtype dtype) {
    return new GptqSettings(
        null, bits, groupsize, 0.01, null, blocksize, actOrder, groups, null, null, dtype);
  }

  private static Quantizer rtn(int bits, int groupsize, ScaleDtype dtype) {
    return new RtnProvider()
        .create("rtn", new RtnSettings(null, bits, groupsize, null, null, dtype));
  }

  private static LinearProblem problem(FloatMatrix w, Hessian h) {
    return new LinearProblem("layer", w, Optional.ofNullable(h));
  }

  private static int differences(FloatMatrix q, double[][] expected, double tolerance) {
    int off = 0;
    for (int r = 0; r < q.rows(); r++) {
      for (int c = 0; c < q.cols(); c++) {
        off += Math.abs(q.get(r, c) - expected[r][c]) <= tolerance ? 0 : 1;
      }
    }
    return off;
  }

  @Property(tries = 60)
  void rtnRoundsToMinMaxGrids(
      @ForAll @IntRange(min = 1, max = 8) int bits,
      @ForAll @IntRange(min = 1, max = 80) int rows,
      @ForAll @IntRange(min = 1, max = 70) int cols,
      @ForAll @IntRange(min = 0, max = 70) int group,
      @ForAll long seed) {
    int groupsize = group == 0 || group > cols ? -1 : group;
    FloatMatrix w = Synthetic.weight(rows, cols, seed);
    Quantizer rtn = rtn(bits, groupsize, ScaleDtype.F32);
    assertThat(rtn.calibrationNeed()).isEqualTo(CalibrationNeed.NONE);
    FloatMatrix q = rtn.quantize(problem(w, null)).linear().dequantize();
    double[][] expected = new BaselineOracle(bits, groupsize).rtn(w);
    // Ties between two codes may fall to either side in float32.
    assertThat(differences(q, expected, 1e-6)).isLessThanOrEqualTo(1 + rows * cols / 1000);
  }

  @ParameterizedTest
  @CsvSource({
    "4,-1,128,false,VISITED",
    "3,16,128,false,VISITED",
    "2,20,32,false,STATIC",
    "4,7,16,false,WHOLE",
    "1,-1,16,false,VISITED",
    "8,24,24,false,VISITED",
    "4,-1,128,true,VISITED",
    "3,16,16,true,VISITED",
    "2,20,32,true,VISITED",
    "3,16,16,true,STATIC",
    "2,20,32,true,STATIC",
    "3,-1,16,true,STATIC",
    "3,16,16,true,WHOLE",
    "2,20,32,true,WHOLE",
    "3,-1,32,true,WHOLE"
  })
  void gptqFollowsTheTextbook(
      int bits, int groupsize, int blocksize, boolean actOrder, ActGroups groups) {
    int rows = 40;
    int cols = 72;
    FloatMatrix x = Synthetic.inputs(300, cols, 4);
    for (int t = 0; t < x.rows(); t++) {
      x.data()[t * cols + 30] = 0;
    }
    FloatMatrix w = Synthetic.weight(rows, cols, 5);
    double[][] gram = gram(x);
    try (Hessian h = Synthetic.hessian(x)) {
      Quantization result =
          new GptqQuantizer(settings(bits, groupsize, blocksize, actOrder, groups, ScaleDtype.F32))
              .quantize(problem(w, h));
      UniformLinear linear = (UniformLinear) result.linear();
      boolean stored = actOrder && groupsize != -1 && groups == ActGroups.VISITED;
      assertThat(linear.columnGroup().isPresent()).isEqualTo(stored);
      FloatMatrix q = linear.dequantize();
      double[][] expected =
          new BaselineOracle(bits, groupsize).gptq(w, gram, 0.01, actOrder, groups);
      // A weight that float32 rounds to the other side takes the rest of its row along.
      assertThat(differences(q, expected, 1e-4)).isLessThanOrEqualTo(2 * cols);
      double loss = trace(gram, w, q, 30);
      FloatMatrix reference = FloatMatrix.zeros(rows, cols);
      for (int i = 0; i < rows * cols; i++) {
        reference.data()[i] = (float) expected[i / cols][i % cols];
      }
      assertThat(loss).isCloseTo(trace(gram, w, reference, 30), within(0.02 * loss));
      assertThat(result.diagnostics().get("damping")).isEqualTo(0.01);
      double rtnLoss =
          trace(
              gram,
              w,
              rtn(bits, groupsize, ScaleDtype.F32).quantize(problem(w, null)).linear().dequantize(),
              30);
      assertThat(loss).isLessThan(rtnLoss);
    }
  }

  private static double[][] gram(FloatMatrix x) {
    int n = x.cols();
    double[][] h = new double[n][n];
    for (int t = 0; t < x.rows(); t++) {
      for (int i = 0; i < n; i++) {
        for (int k = 0; k < n; k++) {
          h[i][k] += 2.0 * x.get(t, i) * x.get(t, k);
        }
      }
    }
    return h;
  }

  /** trace(D H D^T) with D = W - Q, column {@code dead} left out. */
  private static double trace(double[][] h, FloatMatrix w, FloatMatrix q, int dead) {
    double trace = 0;
    for (int r = 0; r < w.rows(); r++) {
      for (int i = 0; i < w.cols(); i++) {
        for (int k = 0; k < w.cols(); k++) {
          if (i != dead && k != dead) {
            trace += h[i][k] * (w.get(r, i) - q.get(r, i)) * (w.get(r, k) - q.get(r, k));
          }
        }
      }
    }
    return trace;
  }

  @Test
  void halfPrecisionScalesAreUsedByTheCompensation() {
    int cols = 64;
    FloatMatrix x = Synthetic.inputs(200, cols, 1);
    FloatMatrix w = Synthetic.weight(50, cols, 2);
    double[][] gram = gram(x);
    double mean = 0;
    for (int i = 0; i < cols; i++) {
      mean += gram[i][i] / cols;
    }
    for (int i = 0; i < cols; i++) {
      gram[i][i] += 0.01 * mean;
    }
    try (Hessian h = Synthetic.hessian(x)) {
      for (int groupsize : new int[] {-1, 16}) {
        Quantization result = gptq(3, groupsize, 32, false, ScaleDtype.F16).quantize(problem(w, h));
        double trace = trace(gram, w, result.linear().dequantize(), -1);
        assertThat(result.diagnostics().get("loss")).isCloseTo(trace / 2, within(1e-3 * trace));
      }
    }
  }

  @Test
  void blocksizeChangesNothingButRounding() {
    FloatMatrix w = Synthetic.weight(64, 200, 3);
    try (Hessian h = Synthetic.hessian(Synthetic.inputs(600, 200, 4))) {
      double one = loss(gptq(3, 40, 1, false, ScaleDtype.F32), w, h);
      double many = loss(gptq(3, 40, 128, false, ScaleDtype.F32), w, h);
      assertThat(many).isCloseTo(one, within(5e-3 * one));
    }
  }

  private static double loss(Quantizer q, FloatMatrix w, Hessian h) {
    return q.quantize(problem(w, h)).diagnostics().get("loss");
  }

  @Test
  void resultsDoNotDependOnThreads() {
    FloatMatrix w = Synthetic.weight(300, 150, 3);
    try (Hessian h = Synthetic.hessian(Synthetic.inputs(400, 150, 4))) {
      for (Quantizer q :
          new Quantizer[] {gptq(3, 40, 32, true, ScaleDtype.F16), rtn(3, 40, ScaleDtype.F16)}) {
        Quantization one = Parallel.withThreads(1, () -> q.quantize(problem(w, h)));
        Quantization two = Parallel.withThreads(2, () -> q.quantize(problem(w, h)));
        assertThat(two.linear().dequantize()).isEqualTo(one.linear().dequantize());
        assertThat(two.diagnostics()).isEqualTo(one.diagnostics());
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"1e-6", "1e-9", "1e-30", "1e-44", "0"})
  void tinyWeightsKeepUsableHalfScales(float size) {
    FloatMatrix w = Synthetic.weight(20, 30, 6);
    float largest = 0;
    for (int i = 0; i < w.data().length; i++) {
      w.data()[i] *= size;
      largest = Math.max(largest, Math.abs(w.data()[i]));
    }
    FloatMatrix q = rtn(8, -1, ScaleDtype.F16).quantize(problem(w, null)).linear().dequantize();
    for (int i = 0; i < w.data().length; i++) {
      assertThat(q.data()[i]).isCloseTo(w.data()[i], within(Math.max(largest / 60, 0x1p-24f)));
    }
  }

  @Test
  void weightsThatCannotBeStoredNameTheLayer() {
    FloatMatrix large = new FloatMatrix(1, 2, new float[] {1e8f, 0});
    assertThatThrownBy(() -> rtn(4, -1, ScaleDtype.F16).quantize(problem(large, null)))
        .isInstanceOfSatisfying(
            PbqException.class, e -> assertThat(e.kind()).isEqualTo(PbqException.Kind.NUMERICAL))
        .hasMessageContaining("layer")
        .hasMessageContaining("scaleDtype f32");
    assertThat(rtn(4, -1, ScaleDtype.F32).quantize(problem(large, null)).linear().dequantize())
        .isEqualTo(large);
    FloatMatrix bad = new FloatMatrix(2, 2, new float[] {1, 2, 3, Float.NaN});
    assertThatThrownBy(() -> rtn(4, -1, ScaleDtype.F16).quantize(problem(bad, null)))
        .isInstanceOf(PbqException.class)
        .hasMessageContaining("tensor layer.weight holds NaN at [1, 1]");
  }
}
