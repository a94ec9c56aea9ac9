package dev.pbq.gptqpb;

import dev.pbq.core.PbqException;
import dev.pbq.core.Wording;

/** The check of a sweep's outcome. */
final class FiniteLoss {
  private FiniteLoss() {}

  /**
   * Refuses a sweep that overflowed: an overflow anywhere makes its loss infinite or NaN.
   *
   * @throws PbqException NUMERICAL naming the layer
   */
  static void require(String layer, double loss) {
    if (!Double.isFinite(loss)) {
      throw PbqException.numerical(
          Wording.of("%s: error compensation overflowed float32; try a larger {percdamp}", layer));
    }
  }
}
