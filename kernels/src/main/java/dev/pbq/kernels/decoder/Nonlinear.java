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
      case SILU -> gated(x, x.clone());
      case QUICK_GELU -> {
        float[] u = x.clone();
        for (int i = 0; i < u.length; i++) {
          u[i] = 1.702f * x[i];
        }
        gated(x, u);
      }
      case GELU_TANH -> {
        // (1 + tanh(u)) / 2 is the logistic function of 2 u.
        float[] u = x.clone();
        for (int i = 0; i < u.length; i++) {
          u[i] = SLOPE * (x[i] + 0.044715f * x[i] * x[i] * x[i]);
        }
        gated(x, u);
      }
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

  /** Multiplies every x with 1 / (1 + e^-u); u is lost. */
  private static void gated(float[] x, float[] u) {
    for (int i = 0; i < u.length; i++) {
      u[i] = -u[i];
    }
    BestLanes.get().exp(u, 0, u.length, 0);
    for (int i = 0; i < x.length; i++) {
      x[i] *= 1 / (1 + u[i]);
    }
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
