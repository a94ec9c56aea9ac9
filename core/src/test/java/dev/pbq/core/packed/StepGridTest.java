package dev.pbq.core.packed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;

class StepGridTest {
  private final StepGrid grid = new StepGrid(0.01f, 2f);

  /** 254 steps over a factor of 200: 2.1 % from one to the next. */
  @Property
  void nearestValuesAreHalfAStepAway(@ForAll @DoubleRange(min = 0.01, max = 2) double step) {
    assertThat((double) grid.value(grid.code(step))).isCloseTo(step, within(0.0106 * step));
  }

  @Test
  void onlyZeroIsZero() {
    assertThat(grid.code(0)).isZero();
    assertThat(grid.value((byte) 0)).isZero();
    assertThat(grid.value(grid.code(1e-9))).isEqualTo(0.01f);
    assertThat(grid.value(grid.code(50))).isEqualTo(2f);
  }

  @Test
  void storedStepsAreTheValues() {
    byte[] codes = {grid.code(0.5), 0, grid.code(1.7)};
    ColumnSteps steps = grid.steps(codes);
    assertThat(steps.values()).containsExactly(grid.value(codes[0]), 0f, grid.value(codes[2]));
    assertThat(steps.stored().format()).isEqualTo(ScaleFormat.U8);
  }

  @Test
  void gridsOfNothingAreRefused() {
    assertThatThrownBy(() -> new StepGrid(0f, 1f)).isInstanceOf(IllegalArgumentException.class);
  }
}
