package dev.pbq.kernels.decoder;

import dev.pbq.core.model.ActivationFunction;
import dev.pbq.kernels.lanes.BestLanes;

/** The nonlinear functions of MLPs. */
final class Nonlinear {
  private static final double ROOT_HALF = Math.sqrt(0.5);
  private static final float SLOPE = (float) (2 * Math.sqrt(2 / Math.PI));

  private Nonlinear() {}

  /** Replaces every entry by the function's value. */
  static void apply(ActivationFunction function, float[] x) {
    switch (function) {
      case SILU, QUICK_GELU, GELU_TANH -> gated(function, x);
      case GELU -> {
        for (int i = 0; i < x.length; i++) {
          x[i] = (float) (0.5 * x[i] * (1 + erf(x[i] * ROOT_HALF)));
        }
      }
      case RELU -> {
        for (int i = 0; i < x.length; i++) {
          x[i] = Math.max(0, x[i]);
        }
      }
    }
  }

  /** Functions that are x times the logistic function of some u: x / (1 + e^-u). */
  private static void gated(ActivationFunction function, float[] x) {
    float[] e = new float[x.length];
    for (int i = 0; i < x.length; i++) {
      e[i] = -logit(function, x[i]);
    }
    BestLanes.get().exp(e, 0, e.length, 0);
    for (int i = 0; i < x.length; i++) {
      x[i] *= 1 / (1 + e[i]);
    }
  }

  private static float logit(ActivationFunction function, float x) {
    return switch (function) {
      case QUICK_GELU -> 1.702f * x;
      // (1 + tanh(u)) / 2 is the logistic function of 2 u.
      case GELU_TANH -> SLOPE * (x + 0.044715f * x * x * x);
      default -> x;
    };
  }

  /**
   * The error function: its power series near 0, else the continued fraction of its complement
   * (Abramowitz and Stegun, 7.1.6 and 7.1.14). Off by less than 1e-12.
   */
  static double erf(double x) {
    double a = Math.abs(x);
    if (a > 6) {
      return Math.signum(x);
    }
    if (a < 2.5) {
      double term = x;
      double sum = x;
      for (int n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
        term *= 2 * x * x / (2 * n + 1);
        sum += term;
      }
      return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
    }
    double fraction = a;
    for (int n = 60; n > 0; n--) {
      fraction = a + n / 2.0 / fraction;
    }
    return Math.signum(x) * (1 - Math.exp(-a * a) / Math.sqrt(Math.PI) / fraction);
  }
}
