package dev.pbq.hqq.solver;

import dev.pbq.core.packed.FlatGroups;
import dev.pbq.core.parallel.Parallel;
import java.util.Arrays;

/** Codes of weights: clamp(rint(w s + z), 0, largest), in float32. */
public final class Codes {
  /** Weights of one task, about. */
  private static final int TASK = 1 << 16;

  /** Weights that are rounded before they are turned into bytes. */
  private static final int CHUNK = 1 << 10;

  private Codes() {}

  /**
   * The codes of all weights, in the order of the weights.
   *
   * @param groups their size must divide the number of weights
   * @param s inverse scale of every group
   * @param z zero point of every group
   */
  public static byte[] of(float[] w, FlatGroups groups, int maxCode, float[] s, float[] z) {
    byte[] codes = new byte[w.length];
    Parallel.forEachRange(
        w.length,
        TASK,
        (from, to) -> {
          float[] value = new float[CHUNK];
          float[] inverse = new float[CHUNK];
          float[] zero = new float[CHUNK];
          for (int i = from; i < to; i += CHUNK) {
            int n = Math.min(CHUNK, to - i);
            if (groups.axis() == 1 && groups.size() % 8 == 0) {
              byGroup(groups.size(), w, i, n, s, z, value);
            } else {
              System.arraycopy(w, i, value, 0, n);
              spread(groups, s, i, n, inverse);
              spread(groups, z, i, n, zero);
              scale(value, inverse, zero, n);
            }
            round(value, maxCode, n);
            for (int k = 0; k < n; k++) {
              codes[i + k] = (byte) Float.floatToRawIntBits(value[k]);
            }
          }
        });
    return codes;
  }

  /** The parameters of weights {@code from .. from + n - 1}, one for each. */
  private static void spread(FlatGroups groups, float[] values, int from, int n, float[] to) {
    int size = groups.size();
    for (int k = 0; k < n; ) {
      int i = from + k;
      if (groups.axis() == 1) {
        int end = Math.min(n - k, size - i % size) + k;
        Arrays.fill(to, k, end, values[i / size]);
        k = end;
      } else {
        int g = i % values.length;
        int run = Math.min(n - k, values.length - g);
        System.arraycopy(values, g, to, k, run);
        k += run;
      }
    }
  }

  /**
   * Scaled weights where groups are consecutive and made of eights. Written out, as groups are too
   * short for vector instructions to pay.
   */
  private static void byGroup(
      int size, float[] w, int from, int n, float[] s, float[] z, float[] to) {
    for (int k = 0; k < n; ) {
      int group = (from + k) / size;
      int end = Math.min(n, (group + 1) * size - from);
      float a = s[group];
      float b = z[group];
      for (int i = from + k; k < end; i += 8, k += 8) {
        to[k] = w[i] * a + b;
        to[k + 1] = w[i + 1] * a + b;
        to[k + 2] = w[i + 2] * a + b;
        to[k + 3] = w[i + 3] * a + b;
        to[k + 4] = w[i + 4] * a + b;
        to[k + 5] = w[i + 5] * a + b;
        to[k + 6] = w[i + 6] * a + b;
        to[k + 7] = w[i + 7] * a + b;
      }
    }
  }

  private static void scale(float[] value, float[] s, float[] z, int n) {
    for (int k = 0; k < n; k++) {
      value[k] = value[k] * s[k] + z[k];
    }
  }

  /** Turns scaled weights into numbers whose lowest bits are the codes. */
  private static void round(float[] value, float max, int n) {
    for (int k = 0; k < n; k++) {
      value[k] = Math.max(0, Math.min(max, value[k])) + Residuals.ROUNDER;
    }
  }
}
