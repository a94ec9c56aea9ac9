package dev.pbq.core.linalg;

import dev.pbq.core.PbqException;
import dev.pbq.core.Wording;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The smallest damping, of those that {@link Damping} allows, with which a Hessian factors. */
final class DampingSearch {
  private static final Logger LOG = LoggerFactory.getLogger(DampingSearch.class);

  private DampingSearch() {}

  /** An attempt with one damping. */
  @FunctionalInterface
  interface Attempt<T> {
    /** The factor for this share of the mean diagonal; empty if there is none. */
    Optional<T> with(double share);
  }

  /**
   * The first factor that an attempt gives.
   *
   * @param layer for messages
   * @throws PbqException NUMERICAL naming {@code layer} if none up to the limit gives one
   */
  static <T> T find(Damping damping, String layer, Attempt<T> attempt) {
    double step = damping.step();
    double share = damping.share();
    while (true) {
      Optional<T> factor = attempt.with(share);
      if (factor.isPresent()) {
        return factor.get();
      }
      if (share >= damping.limit()) {
        throw PbqException.numerical(
            Wording.of(
                "%s: the Hessian is not positive definite, even with %s of its mean diagonal added;"
                    + " try a larger {percdamp} or more calibration data",
                layer, share));
      }
      double next = Math.min(share + step, damping.limit());
      LOG.warn(
          "{}: the Hessian does not factor with damping {}; trying {}",
          layer,
          String.format(Locale.ROOT, "%.4g", share),
          String.format(Locale.ROOT, "%.4g", next));
      share = next;
      step *= 2;
    }
  }
}
