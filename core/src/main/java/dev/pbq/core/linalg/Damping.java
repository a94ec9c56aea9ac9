package dev.pbq.core.linalg;

import dev.pbq.core.PbqException;

/**
 * How a Hessian is damped before it is factored: {@code share * mean(diag H)} is added to its
 * diagonal; if the factorisation fails, the share grows by {@code step} (and the step doubles)
 * until it succeeds or exceeds {@code limit}.
 *
 * @param share the first share tried ({@code percdamp} of the methods, 0.01)
 * @param step first increase
 * @param limit largest share tried
 */
public record Damping(double share, double step, double limit) {
  public Damping {
    if (!(share >= 0 && share <= 1)) {
      throw PbqException.setting("{percdamp} %s is not between 0 and 1", share);
    }
    if (!(step > 0) || !(limit >= share)) {
      throw new IllegalArgumentException("damping step " + step + ", limit " + limit);
    }
  }

  /** The reference's fixed share, with growth up to the whole mean diagonal where it fails. */
  public static Damping of(double share) {
    return new Damping(share, 0.01, Math.max(share, 1.0));
  }
}
