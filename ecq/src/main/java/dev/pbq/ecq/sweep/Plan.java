package dev.pbq.ecq.sweep;

import dev.pbq.core.entropy.Trellis;
import dev.pbq.ecq.choice.CodeChooser;
import dev.pbq.ecq.choice.ScalarChooser;
import dev.pbq.ecq.choice.TrellisChooser;

/**
 * What stays the same from one sweep to the next.
 *
 * @param trellis what codes stand for
 * @param segmentRows rows between two starts of the trellis
 * @param lambda what a bit costs, in squared errors of one mean step
 */
public record Plan(Trellis trellis, int segmentRows, double lambda) {
  /** Something that chooses codes, for one thread. */
  CodeChooser chooser() {
    return trellis == Trellis.SCALAR ? new ScalarChooser() : new TrellisChooser(trellis);
  }
}
