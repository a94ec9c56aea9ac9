package dev.pbq.hqq.solver;

import dev.pbq.core.linalg.Parallel;
import dev.pbq.core.packed.FlatGroups;

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
   * @param groups must leave no weight over
   * @param s inverse scale of every group
   * @param z zero point of every group
   */
  public static byte[] of(float[] w, FlatGroups groups, int maxCode, float[] s, float[] z) {
    byte[] codes = new byte[w.length];
    Parallel.forEach(
        (w.length - 1) / TASK + 1,
        task -> {
          int from = task * TASK;
          int to = Math.min(w.length - from, TASK) + from;
          float[] rounded = new float[CHUNK];
          for (int i = from; i < to; ) {
            int n = Math.min(CHUNK, to - i);
            if (groups.axis() == 1) {
              n = Math.min(n, groups.size() - i % groups.size());
              int g = i / groups.size();
              round(w, i, n, s[g], z[g], maxCode, rounded);
            } else {
              int g = i % s.length;
              n = Math.min(n, s.length - g);
              round(w, i, n, s, z, g, maxCode, rounded);
            }
            for (int k = 0; k < n; k++) {
              codes[i + k] = (byte) (int) rounded[k];
            }
            i += n;
          }
        });
    return codes;
  }

  private static void round(
      float[] w, int from, int n, float s, float z, float max, float[] rounded) {
    for (int k = 0; k < n; k++) {
      rounded[k] = Residuals.code(w[from + k] * s + z, max);
    }
  }

  private static void round(
      float[] w, int from, int n, float[] s, float[] z, int g, float max, float[] rounded) {
    for (int k = 0; k < n; k++) {
      rounded[k] = Residuals.code(w[from + k] * s[g + k] + z[g + k], max);
    }
  }
}
