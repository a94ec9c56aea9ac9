package dev.pbq.train.builtin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.FloatBuffer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;

class AdamWTest {
  @Test
  void threeStepsFollowThePaper() {
    AdamW.Settings settings = new AdamW.Settings(0.9, 0.95, 1e-6, 0.1);
    AdamW optimizer = new AdamW(settings);
    float[] weight = {0.5f};
    double expected = 0.5;
    double m = 0;
    double v = 0;
    double[] gradients = {0.3, -0.2, 0.05};
    for (int t = 1; t <= 3; t++) {
      double g = gradients[t - 1] * 0.5;
      m = 0.9 * m + 0.1 * g;
      v = 0.95 * v + 0.05 * g * g;
      expected -= 0.01 * 0.1 * expected;
      double direction = m / (1 - Math.pow(0.9, t));
      expected -= 0.01 * direction / (Math.sqrt(v / (1 - Math.pow(0.95, t))) + 1e-6);
      optimizer.beginStep();
      optimizer.update(
          "w",
          FloatBuffer.wrap(weight),
          FloatBuffer.wrap(new float[] {(float) gradients[t - 1]}),
          0.01,
          true,
          0.5);
    }
    assertThat((double) weight[0]).isCloseTo(expected, within(1e-6));
    assertThat(optimizer.steps()).isEqualTo(3);
  }

  @Property
  void theFirstStepHasTheSizeOfTheLearningRate(
      @ForAll @DoubleRange(min = 0.01, max = 100) double gradient) {
    AdamW optimizer = new AdamW(new AdamW.Settings(0.9, 0.98, 1e-8, 0.1));
    float[] weight = {1f};
    optimizer.beginStep();
    optimizer.update(
        "w",
        FloatBuffer.wrap(weight),
        FloatBuffer.wrap(new float[] {(float) gradient}),
        0.01,
        false,
        1);
    assertThat((double) weight[0]).isCloseTo(0.99, within(1e-5));
  }

  @Test
  void theRateWarmsUpStaysAndDecays() {
    Schedule schedule = new Schedule(1.0, 10, 100, 1000);
    assertThat(schedule.at(0)).isCloseTo(0.1, within(1e-12));
    assertThat(schedule.at(9)).isCloseTo(1.0, within(1e-12));
    assertThat(schedule.at(900)).isEqualTo(1.0);
    assertThat(schedule.at(925)).isCloseTo(0.5, within(1e-12));
    assertThat(schedule.at(999)).isBetween(0.001, 0.01);
  }
}
