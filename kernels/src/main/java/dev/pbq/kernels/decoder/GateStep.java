package dev.pbq.kernels.decoder;

import dev.pbq.core.model.SublayerOutline;
import dev.pbq.kernels.lanes.Exponential;

/** What makes the inputs of an MLP's last linear of the outputs of the first. */
@FunctionalInterface
interface GateStep {
  /**
   * Combines outputs.
   *
   * @param first [tokens, features] of each first linear; may be changed
   * @return [tokens, width]
   */
  float[] apply(float[][] first);

  /**
   * The gate of an outline.
   *
   * @param width features of the result
   */
  static GateStep of(SublayerOutline.Gate gate, int width) {
    if (gate instanceof SublayerOutline.Gate.None none) {
      return first -> {
        Nonlinear.apply(none.activation(), first[0]);
        return first[0];
      };
    }
    if (gate instanceof SublayerOutline.Gate.Pair pair) {
      return first -> {
        Nonlinear.apply(pair.activation(), first[0]);
        return product(first[0], first[1]);
      };
    }
    if (gate instanceof SublayerOutline.Gate.Halves halves) {
      return first -> {
        float[] x = strided(first[0], 2 * width, 0, 1, width);
        Nonlinear.apply(halves.activation(), x);
        return product(x, strided(first[0], 2 * width, width, 1, width));
      };
    }
    SublayerOutline.Gate.Interleaved rule = (SublayerOutline.Gate.Interleaved) gate;
    return first ->
        limited(
            strided(first[0], 2 * width, 0, 2, width),
            strided(first[0], 2 * width, 1, 2, width),
            (float) rule.limit(),
            (float) rule.alpha());
  }

  private static float[] product(float[] x, float[] y) {
    for (int i = 0; i < x.length; i++) {
      x[i] *= y[i];
    }
    return x;
  }

  private static float[] limited(float[] gates, float[] ups, float limit, float alpha) {
    for (int i = 0; i < gates.length; i++) {
      float gate = Math.min(gates[i], limit);
      float up = Math.max(Math.min(ups[i], limit), -limit);
      gates[i] = (up + 1) * gate * Exponential.sigmoid(alpha * gate);
    }
    return gates;
  }

  /** Of every row of {@code whole} features, {@code width} from {@code first} on in steps. */
  private static float[] strided(float[] x, int whole, int first, int step, int width) {
    float[] y = new float[x.length / whole * width];
    for (int row = 0; row < x.length / whole; row++) {
      for (int i = 0; i < width; i++) {
        y[row * width + i] = x[row * whole + first + i * step];
      }
    }
    return y;
  }
}
