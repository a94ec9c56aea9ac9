package dev.pbq.core.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.pbq.core.linalg.Hessian;
import dev.pbq.core.linalg.HessianAccumulator;
import dev.pbq.core.model.Linear;
import dev.pbq.core.model.LinearInput;
import dev.pbq.core.model.LinearInputTap;
import dev.pbq.core.model.Role;
import dev.pbq.core.quant.CalibrationNeed;
import dev.pbq.core.quant.LinearProblem;
import dev.pbq.core.quant.Quantization;
import dev.pbq.core.quant.Quantizer;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.core.testkit.Synthetic;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Variants of a method, judged on held-out windows. */
class HeldOutChoiceTest {
  private static final int TOKENS = 12;
  private static final int COLS = 6;

  /** Rounds some of the columns, and leaves out the others. */
  private record Columns(int from, int to, List<Integer> sequences, List<Quantizer> variants)
      implements TwoBits {
    @Override
    public String name() {
      return "columns " + from;
    }

    @Override
    public CalibrationNeed calibrationNeed() {
      return CalibrationNeed.HESSIAN;
    }

    @Override
    public Quantization quantize(LinearProblem problem) {
      sequences.add(problem.requireHessian().sequences());
      FloatMatrix w = problem.weight();
      FloatMatrix some = FloatMatrix.zeros(w.rows(), w.cols());
      for (int i = 0; i < w.data().length; i++) {
        int column = i % w.cols();
        some.data()[i] = column >= from && column < to ? w.data()[i] : 0;
      }
      return new Quantization(HessianRecorder.rounded(some), Map.of());
    }
  }

  @Test
  void whatIsLeftOfAHessianIsThatOfTheOthers() {
    FloatMatrix all = Synthetic.inputs(3 * TOKENS, COLS, 1);
    try (Hessian h = hessian(all, 0, 3);
        Hessian part = hessian(all, 1, 2);
        Hessian rest = h.without(part);
        Hessian first = hessian(all, 0, 1)) {
      FloatMatrix probe = Synthetic.weight(3, COLS, 4);
      double expected = (3 * h.quadraticTrace(probe) - part.quadraticTrace(probe)) / 2;
      assertThat(rest.sequences()).isEqualTo(2);
      assertThat(rest.quadraticTrace(probe)).isCloseTo(expected, within(1e-6 * expected));
      assertThatThrownBy(() -> first.without(first)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  /** The windows held out use the last columns, the others the first. */
  @Test
  void theVariantThatIsBestOnTheHeldOutWindowsIsTaken() {
    FloatMatrix x = Synthetic.inputs(9 * TOKENS, COLS, 2);
    for (int t = 0; t < x.rows(); t++) {
      boolean held = t / TOKENS == 7;
      for (int c = 0; c < COLS; c++) {
        x.data()[t * COLS + c] *= held == (c >= 3) ? 1 : 0.01f;
      }
    }
    List<Integer> sequences = new ArrayList<>();
    Quantizer left = new Columns(0, 3, sequences, List.of());
    Quantizer right = new Columns(3, 6, sequences, List.of());
    Quantizer method = new Columns(0, 1, sequences, List.of(left, right));
    LinearInput input = new LinearInput("input", List.of(), COLS);
    try (Hessian all = hessian(x, 0, 9);
        HeldOutTap tap = new HeldOutTap(List.of(input), 9)) {
      // Two batches, as a run has them.
      tap.from(0, LinearInputTap.NONE).accept(input, Synthetic.direct(rows(x, 0, 5)), 5, TOKENS);
      tap.from(5, LinearInputTap.NONE).accept(input, Synthetic.direct(rows(x, 5, 9)), 4, TOKENS);
      try (Hessian heldOut = tap.finish("input").orElseThrow();
          Hessian expected = hessian(x, 7, 8);
          HeldOutChoice choice = new HeldOutChoice(all, heldOut)) {
        assertThat(heldOut.sequences()).isEqualTo(1);
        assertThat(heldOut.diagonal()).isEqualTo(expected.diagonal());
        LinearProblem problem =
            new LinearProblem("layer", Synthetic.weight(8, COLS, 3), Optional.of(all));
        assertThat(choice.of(problem, method)).isSameAs(right);
        assertThat(sequences).containsExactly(8, 8);
      }
      assertThat(tap.finish("another")).isEmpty();
    }
  }

  @Test
  void onlyCalibratedMethodsWithVariantsAreJudged() {
    Quantizer one = new Columns(0, 1, new ArrayList<>(), List.of());
    Quantizer two = new Columns(0, 1, new ArrayList<>(), List.of(one, one));
    assertThat(HeldOutChoice.concerns(one)).isFalse();
    assertThat(HeldOutChoice.concerns(two)).isTrue();
    assertThat(planned(two, false).isChosen()).isTrue();
    assertThat(planned(two, false).variants()).isEqualTo(2);
    assertThat(planned(one, false).isChosen()).isFalse();
    // Tokens of an expert belong to no window.
    assertThat(planned(two, true).isChosen()).isFalse();
  }

  private static PlannedInput planned(Quantizer method, boolean routed) {
    Linear linear = new Linear("model.layers.0.mlp.up_proj", 0, Role.UP, 8, COLS, false);
    return new PlannedInput(
        new LinearInput("input", List.of(linear), COLS, routed),
        List.of(new PlannedLinear(linear, method)));
  }

  private static float[] rows(FloatMatrix x, int fromWindow, int toWindow) {
    return Arrays.copyOfRange(x.data(), fromWindow * TOKENS * COLS, toWindow * TOKENS * COLS);
  }

  private static Hessian hessian(FloatMatrix x, int fromWindow, int toWindow) {
    try (HessianAccumulator sum = new HessianAccumulator(COLS)) {
      for (int w = fromWindow; w < toWindow; w++) {
        sum.add(Synthetic.direct(rows(x, w, w + 1)), TOKENS, 1);
      }
      return sum.finish("test");
    }
  }
}
