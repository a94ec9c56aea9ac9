package dev.pbq.core.pipeline;

import dev.pbq.core.PbqException;

/**
 * The calibration windows by which corrections of targets are judged: every eighth, or the last one
 * where there are fewer than eight.
 *
 * @param windows all calibration windows
 */
record HeldOut(int windows) {
  private static final int EVERY = 8;

  /**
   * @throws PbqException USAGE if nothing would be left
   */
  HeldOut {
    if (windows < 2) {
      throw PbqException.setting(
          "{targets} quantized needs at least 2 calibration windows, one of them to judge by;"
              + " {nsamples} is %s",
          windows);
    }
  }

  /** How many they are. */
  int count() {
    return Math.max(1, windows / EVERY);
  }

  boolean contains(int window) {
    return window % EVERY == EVERY - 1 || (windows < EVERY && window == windows - 1);
  }
}
