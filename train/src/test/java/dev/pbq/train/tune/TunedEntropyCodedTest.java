package dev.pbq.train.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pbq.core.entropy.Codes;
import dev.pbq.core.entropy.Trellis;
import dev.pbq.core.packed.ColumnSteps;
import dev.pbq.core.packed.EntropyCodedLinear;
import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.core.packed.ScaleFormat;
import dev.pbq.core.tensor.Half;
import dev.pbq.train.layer.TrainableLinear;
import dev.pbq.train.optimizer.Parameter;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Row scales and column steps of entropy-coded layers. */
class TunedEntropyCodedTest {
  /** More than a band of rows, and no multiple of it. */
  private static final int ROWS = 70;

  private static final int COLS = 9;

  /** A column that is 0: its step is, and its codes are. */
  private static final int DEAD = 4;

  private static EntropyCodedLinear layer(Trellis trellis, ScaleFormat format) {
    Random random = new Random(3);
    Codes.Builder codes = new Codes.Builder(ROWS, COLS);
    double[] steps = new double[COLS];
    for (int c = 0; c < COLS; c++) {
      int[] column = new int[ROWS];
      for (int r = 0; r < ROWS && c != DEAD; r++) {
        column[r] = (int) Math.round(2 * random.nextGaussian());
      }
      column[7] = c == 2 ? 1000 : column[7];
      codes.column(c, 0, column, ROWS);
      steps[c] = c == DEAD ? 0 : 0.01 * (1 + random.nextDouble());
    }
    return new EntropyCodedLinear(trellis, 32, codes.build(), ColumnSteps.of(steps, format));
  }

  private static EntropyCodedLinear withRows(EntropyCodedLinear layer) {
    Random random = new Random(4);
    float[] scales = new float[ROWS];
    for (int r = 0; r < ROWS; r++) {
      scales[r] = Half.round(0.5f + random.nextFloat());
    }
    return layer.withRowScales(scales);
  }

  private static TrainableLinear tuned(QuantizedLinear layer) {
    return TunedLinears.of("l", layer).orElseThrow();
  }

  private static Parameter steps(TrainableLinear tuned) {
    return tuned.parameters().get(0);
  }

  private static Parameter rows(TrainableLinear tuned) {
    return tuned.parameters().get(1);
  }

  private static void move(TrainableLinear tuned, float most) {
    Random random = new Random(5);
    for (Parameter p : tuned.parameters()) {
      for (int i = 0; i < p.values().length; i++) {
        p.values()[i] = most * (2 * random.nextFloat() - 1);
      }
    }
  }

  /** The sum of weights times {@code direction}, in float64 and not rounded. */
  private static double dot(EntropyCodedLinear start, TrainableLinear tuned, float[] direction) {
    float[] weights = start.dequantize().data();
    double sum = 0;
    for (int r = 0, i = 0; r < ROWS; r++) {
      for (int c = 0; c < COLS; c++, i++) {
        double change = (double) rows(tuned).values()[r] + steps(tuned).values()[c];
        sum += weights[i] * Math.exp(change) * direction[i];
      }
    }
    return sum;
  }

  @ParameterizedTest
  @EnumSource(Trellis.class)
  void derivativesAreThoseOfCentralDifferences(Trellis trellis) {
    for (EntropyCodedLinear start :
        List.of(layer(trellis, ScaleFormat.U8), withRows(layer(trellis, ScaleFormat.F16)))) {
      TrainableLinear tuned = tuned(start);
      move(tuned, 0.1f);
      Random random = new Random(6);
      float[] direction = new float[ROWS * COLS];
      for (int i = 0; i < direction.length; i++) {
        direction[i] = (float) random.nextGaussian();
      }
      tuned.propagate(direction.clone());
      for (Parameter p : tuned.parameters()) {
        for (int i = 0; i < p.values().length; i++) {
          float kept = p.values()[i];
          float above = kept + 1e-3f;
          float below = kept - 1e-3f;
          p.values()[i] = above;
          double high = dot(start, tuned, direction);
          p.values()[i] = below;
          double low = dot(start, tuned, direction);
          p.values()[i] = kept;
          double expected = (high - low) / ((double) above - below);
          assertThat((double) p.gradient()[i])
              .as("%s[%d]", p.name(), i)
              .isCloseTo(expected, within(1e-5 * Math.abs(expected) + 1e-7));
        }
      }
      assertThat(steps(tuned).gradient()[DEAD]).isZero();
      assertThat(steps(tuned).gradient()[0]).isNotZero();
      assertThat(rows(tuned).gradient()[ROWS - 1]).isNotZero();
    }
  }

  @Test
  void anUntunedLayerIsTheSame() {
    EntropyCodedLinear start = layer(Trellis.EIGHT, ScaleFormat.U8);
    assertThat(tuned(start).pack()).isSameAs(start);
  }

  @ParameterizedTest
  @EnumSource(ScaleFormat.class)
  void codesStayAndRowScalesAreCounted(ScaleFormat format) {
    EntropyCodedLinear start = layer(Trellis.EIGHT, format);
    TrainableLinear tuned = tuned(start);
    move(tuned, 0.2f);
    EntropyCodedLinear packed = (EntropyCodedLinear) tuned.pack();
    assertThat(packed.codes()).isEqualTo(start.codes());
    assertThat(packed.steps().stored().format()).isEqualTo(format);
    assertThat(packed.steps().value(DEAD)).isZero();
    assertThat(packed.bits().total()).isEqualTo(start.bits().total() + 16L * ROWS);
    float[] weight = new float[ROWS * COLS];
    tuned.use(weight);
    assertThat(packed.dequantize().data()).isEqualTo(weight);
    float[] before = start.dequantize().data();
    for (int i = 0; i < weight.length; i++) {
      double change = rows(tuned).values()[i / COLS] + steps(tuned).values()[i % COLS];
      double wanted = before[i] * Math.exp(change);
      assertThat((double) weight[i]).isCloseTo(wanted, within(0.01 * Math.abs(wanted)));
    }
  }

  @Test
  void rowScalesThatAreAllOneAreNotStored() {
    EntropyCodedLinear start = layer(Trellis.EIGHT, ScaleFormat.U8);
    TrainableLinear tuned = tuned(start);
    steps(tuned).values()[0] = 0.3f;
    rows(tuned).values()[0] = 1e-5f;
    EntropyCodedLinear packed = (EntropyCodedLinear) tuned.pack();
    assertThat(packed.rowScales()).isEmpty();
    assertThat(packed.steps()).isNotEqualTo(start.steps());
    assertThat(packed.bits()).isEqualTo(start.bits());
  }
}
