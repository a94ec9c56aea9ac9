package dev.pbq.gptqpb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pbq.core.PbqException;
import dev.pbq.core.linalg.Hessian;
import dev.pbq.core.packed.ScaleDtype;
import dev.pbq.core.packed.UniformLinear;
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

/** Searched limits, symmetric grids, and the preset that uses what helps. */
class GridSearchTest {
  private static RtnSettings rtn(int bits, int groupsize, RangeChoice range, boolean symmetric) {
    return new RtnSettings(null, bits, groupsize, range, symmetric, ScaleDtype.F16);
  }

  private static GptqSettings gptq(Preset preset, RangeChoice range, Boolean symmetric) {
    return new GptqSettings(preset, 2, 16, null, null, null, null, null, range, symmetric, null);
  }

  private static LinearProblem problem(FloatMatrix w) {
    return new LinearProblem("layer", w, Optional.empty());
  }

  private static double[] groupErrors(FloatMatrix w, FloatMatrix q, int width) {
    int perRow = (w.cols() + width - 1) / width;
    double[] errors = new double[w.rows() * perRow];
    for (int i = 0; i < w.data().length; i++) {
      double e = w.data()[i] - q.data()[i];
      errors[i / w.cols() * perRow + i % w.cols() / width] += e * e;
    }
    return errors;
  }

  @Property(tries = 40)
  void aSearchedRangeIsNeverWorseInAnyGroup(
      @ForAll @IntRange(min = 1, max = 5) int bits,
      @ForAll @IntRange(min = 1, max = 40) int group,
      @ForAll boolean symmetric,
      @ForAll long seed) {
    FloatMatrix w = Synthetic.weight(30, 40, seed);
    Quantizer plain = new RtnQuantizer(rtn(bits, group, RangeChoice.MIN_MAX, symmetric));
    Quantizer searched = new RtnQuantizer(rtn(bits, group, RangeChoice.SQUARED_ERROR, symmetric));
    double[] before = groupErrors(w, plain.quantize(problem(w)).linear().dequantize(), group);
    double[] after = groupErrors(w, searched.quantize(problem(w)).linear().dequantize(), group);
    double sumBefore = 0;
    double sumAfter = 0;
    for (int i = 0; i < before.length; i++) {
      // The search adds in float32.
      assertThat(after[i]).isLessThanOrEqualTo(before[i] * (1 + 1e-5) + 1e-12);
      sumBefore += before[i];
      sumAfter += after[i];
    }
    if (group >= 16 && bits <= 3) {
      assertThat(sumAfter).isLessThan(0.95 * sumBefore);
    }
  }

  @Test
  void symmetricGridsHaveTheirZeroInTheMiddle() {
    FloatMatrix w = Synthetic.weight(20, 64, 1);
    for (RangeChoice range : new RangeChoice[] {RangeChoice.MIN_MAX, RangeChoice.SQUARED_ERROR}) {
      UniformLinear linear =
          (UniformLinear) new RtnQuantizer(rtn(4, 16, range, true)).quantize(problem(w)).linear();
      assertThat(linear.grid().zero()).containsOnly(8);
    }
    try (Hessian h = Synthetic.hessian(Synthetic.inputs(200, 64, 2))) {
      for (Preset preset : Preset.values()) {
        UniformLinear linear =
            (UniformLinear)
                new GptqQuantizer(gptq(preset, null, true))
                    .quantize(new LinearProblem("layer", w, Optional.of(h)))
                    .linear();
        assertThat(linear.grid().zero()).containsOnly(2);
      }
    }
  }

  @Test
  void thePresetLosesLessAtTheSameBits() {
    FloatMatrix w = Synthetic.weight(120, 96, 3);
    try (Hessian h = Synthetic.hessian(Synthetic.inputs(500, 96, 4))) {
      LinearProblem problem = new LinearProblem("layer", w, Optional.of(h));
      Quantization published =
          new GptqQuantizer(gptq(Preset.PUBLISHED, null, null)).quantize(problem);
      Quantization searched =
          new GptqQuantizer(gptq(Preset.PUBLISHED, RangeChoice.WEIGHTED_ERROR, null))
              .quantize(problem);
      Quantization best = new GptqQuantizer(gptq(Preset.BEST, null, null)).quantize(problem);
      assertThat(best.linear().bits().total()).isEqualTo(published.linear().bits().total());
      double plain = h.quadraticTrace(difference(w, published));
      assertThat(h.quadraticTrace(difference(w, searched))).isLessThan(plain);
      assertThat(h.quadraticTrace(difference(w, best))).isLessThan(0.95 * plain);
    }
  }

  private static FloatMatrix difference(FloatMatrix w, Quantization q) {
    FloatMatrix d = q.linear().dequantize();
    for (int i = 0; i < d.data().length; i++) {
      d.data()[i] -= w.data()[i];
    }
    return d;
  }

  @Test
  void roundingAloneHasNoHessianToWeighBy() {
    assertThatThrownBy(() -> rtn(4, -1, RangeChoice.WEIGHTED_ERROR, false))
        .isInstanceOf(PbqException.class)
        .hasMessageContaining("rangeChoice hessian needs a calibrated method");
  }
}
