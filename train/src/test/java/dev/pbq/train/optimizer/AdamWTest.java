package dev.pbq.train.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AdamWTest {
  /** The first steps of torch.optim.AdamW on one number, worked out by hand in double. */
  @Test
  void movesAsPyTorchDoes() {
    AdamW adam = new AdamW(0.9, 0.999, 1e-8, 0.1);
    Parameter p = Parameter.of("p", new float[] {1f}, true);
    double w = 1;
    double m = 0;
    double v = 0;
    Random random = new Random(3);
    for (int step = 1; step <= 20; step++) {
      float g = (float) random.nextGaussian();
      p.gradient()[0] = g;
      adam.step(List.of(p), step, 0.01, 0.5);
      double d = 0.5 * g;
      w *= 1 - 0.01 * 0.1;
      m = 0.9 * m + 0.1 * d;
      v = 0.999 * v + 0.001 * d * d;
      double corrected = Math.sqrt(v) / Math.sqrt(1 - Math.pow(0.999, step)) + 1e-8;
      w -= 0.01 / (1 - Math.pow(0.9, step)) * m / corrected;
      assertThat((double) p.values()[0]).as("step %d", step).isCloseTo(w, within(2e-6));
    }
  }

  @Test
  void aParameterWithoutDecayKeepsStillWithoutGradient() {
    Parameter decays = Parameter.of("a", new float[] {2f}, true);
    Parameter stays = Parameter.of("b", new float[] {2f}, false);
    new AdamW(0.9, 0.999, 1e-8, 0.5).step(List.of(decays, stays), 1, 0.1, 1);
    assertThat(decays.values()[0]).isEqualTo(2f * (float) (1 - 0.05));
    assertThat(stays.values()[0]).isEqualTo(2f);
  }

  @Test
  void theNormIsOverAllParameters() {
    Parameter a = Parameter.of("a", new float[40_000], true);
    Parameter b = Parameter.of("b", new float[1], true);
    a.gradient()[39_999] = 3;
    b.gradient()[0] = 4;
    assertThat(AdamW.norm(List.of(a, b))).isEqualTo(5);
    assertThat(AdamW.clip(5, 1)).isCloseTo(0.2, within(1e-6));
    assertThat(AdamW.clip(0.5, 1)).isEqualTo(1);
  }

  @Test
  void schedulesFollowHuggingFace() {
    Schedule cosine = new Schedule(Schedule.Shape.COSINE, 2, 10, 110);
    assertThat(cosine.at(0)).isZero();
    assertThat(cosine.at(5)).isEqualTo(1);
    assertThat(cosine.at(10)).isEqualTo(2);
    assertThat(cosine.at(60)).isCloseTo(1, within(1e-12));
    assertThat(new Schedule(Schedule.Shape.LINEAR, 2, 0, 100).at(75)).isEqualTo(0.5);
    assertThat(new Schedule(Schedule.Shape.CONSTANT, 2, 0, 100).at(99)).isEqualTo(2);
  }
}
