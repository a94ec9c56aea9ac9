package dev.pbq.core.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The rule for many tokens at a time against its definition, token by token in double. */
class DeltaRuleTest {
  private static final int HEADS = 3;
  private static final int TOKENS = 150;
  private static final int KEY = 5;
  private static final int VALUE = 4;

  private final float[] query = new float[HEADS * TOKENS * KEY];
  private final float[] key = new float[HEADS * TOKENS * KEY];
  private final float[] value = new float[HEADS * TOKENS * VALUE];
  private final float[] decay = new float[HEADS * TOKENS];
  private final float[] write = new float[HEADS * TOKENS];
  private final float[] start = new float[HEADS * KEY * VALUE];

  /** Head 0 forgets at once, head 1 slowly, head 2 never and has but one key: the hardest case. */
  private void fill() {
    Random random = new Random(3);
    for (int i = 0; i < value.length; i++) {
      value[i] = (float) random.nextGaussian();
    }
    for (int i = 0; i < start.length; i++) {
      start[i] = (float) random.nextGaussian();
    }
    for (int h = 0; h < HEADS; h++) {
      for (int t = 0; t < TOKENS; t++) {
        int row = h * TOKENS + t;
        double length = 0;
        for (int d = 0; d < KEY; d++) {
          query[row * KEY + d] = (float) random.nextGaussian();
          key[row * KEY + d] = h == 2 ? d + 1 : (float) random.nextGaussian();
          length += Math.pow(key[row * KEY + d], 2);
        }
        for (int d = 0; d < KEY; d++) {
          key[row * KEY + d] /= (float) Math.sqrt(length);
        }
        decay[row] = h == 2 ? 0 : (float) (-random.nextDouble() * (h == 0 ? 40 : 0.05));
        write[row] = h == 2 ? 1 : random.nextFloat();
      }
    }
  }

  private double[] reference(double[] state) {
    double[] out = new double[HEADS * TOKENS * VALUE];
    for (int i = 0; i < state.length; i++) {
      state[i] = start[i];
    }
    for (int row = 0; row < HEADS * TOKENS; row++) {
      int at = row / TOKENS * KEY * VALUE;
      for (int v = 0; v < VALUE; v++) {
        double read = 0;
        for (int k = 0; k < KEY; k++) {
          state[at + k * VALUE + v] *= Math.exp(decay[row]);
          read += key[row * KEY + k] * state[at + k * VALUE + v];
        }
        double change = write[row] * (value[row * VALUE + v] - read);
        for (int k = 0; k < KEY; k++) {
          state[at + k * VALUE + v] += key[row * KEY + k] * change;
          out[row * VALUE + v] += query[row * KEY + k] * state[at + k * VALUE + v];
        }
      }
    }
    return out;
  }

  @Test
  void chunksComputeWhatTheDefinitionSays() {
    fill();
    double[] state = new double[start.length];
    double[] expected = reference(state);
    try (NDManager manager = Engines.newManager()) {
      DeltaRule rule =
          new DeltaRule(
              manager.create(query, new Shape(HEADS, TOKENS, KEY)),
              manager.create(key, new Shape(HEADS, TOKENS, KEY)),
              manager.create(value, new Shape(HEADS, TOKENS, VALUE)),
              manager.create(decay, new Shape(HEADS, TOKENS)),
              manager.create(write, new Shape(HEADS, TOKENS)));
      float[][] kept = new float[1][];
      NDArray before = manager.create(start, new Shape(HEADS, KEY, VALUE));
      float[] actual = rule.apply(before, last -> kept[0] = last.toFloatArray()).toFloatArray();
      requireClose(actual, expected);
      requireClose(kept[0], state);
      assertThat(before.toFloatArray()).isEqualTo(start);
    }
  }

  private static void requireClose(float[] actual, double[] expected) {
    assertThat(actual).hasSize(expected.length);
    for (int i = 0; i < actual.length; i++) {
      assertThat((double) actual[i]).as("%d", i).isCloseTo(expected[i], within(5e-5));
    }
  }
}
