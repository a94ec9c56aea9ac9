package dev.pbq.hqq.solver;

/**
 * The proximal operator of the l_p norm as the reference generalises it ({@code
 * docs/methods/hqq.md#what-is-computed}): sign(d) max(|d| - |d|^(p - 1) / beta, 0).
 *
 * @param p in (0, 1]
 * @param beta the penalty
 */
record Shrinkage(double p, double beta) {
  /** Errors up to this size shrink to nothing: (1/beta)^(1/(2 - p)), less a margin for rounding. */
  double threshold() {
    return Math.pow(1 / beta, 1 / (2 - p)) * (1 - 1e-5);
  }

  float apply(float d) {
    float size = Math.abs(d);
    if (size == 0) {
      return 0;
    }
    float step = (float) (1 / beta);
    if (p < 1) {
      step *= (float) Math.pow(size, p - 1);
    }
    return Math.copySign(Math.max(size - step, 0), d);
  }
}
