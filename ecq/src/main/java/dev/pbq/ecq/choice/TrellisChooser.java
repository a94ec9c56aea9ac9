package dev.pbq.ecq.choice;

import dev.pbq.core.entropy.Trellis;

/**
 * Entropy-constrained trellis-coded quantization (Fischer and Wang 1992): the path through the
 * trellis with the least sum of squared errors plus lambda times code lengths, by the Viterbi
 * algorithm. A run starts in state 0.
 */
public final class TrellisChooser implements CodeChooser {
  private final Ways ways;
  private final Survivors survivors;
  private final Branches branches = new Branches();
  private final byte[] back = new byte[Branches.LONGEST];

  /** The longest run. */
  public static int longest() {
    return Branches.LONGEST;
  }

  /** Of four or eight states. */
  public TrellisChooser(Trellis trellis) {
    this(trellis, Survivors.of(trellis));
  }

  TrellisChooser(Trellis trellis, Survivors survivors) {
    this.ways = Ways.of(trellis);
    this.survivors = survivors;
  }

  @Override
  public void choose(Run weights, int count, float lambda, CodeLengths lengths, Chosen chosen) {
    branches.prepare(weights, count, lambda, lengths);
    int state = survivors.run(branches.cost, count, back);
    int[] from = ways.from();
    int[] branch = ways.branch();
    for (int r = count - 1; r >= 0; r--) {
      int way = 2 * state + ((back[r] >>> state) & 1);
      int taken = branch[way];
      int k = branches.magnitude[Branches.EACH * r + taken];
      int quantizer = taken >> 1;
      int value = k == 0 ? 0 : 2 * k - quantizer;
      int base = weights.base()[r] + weights.shared() + quantizer * CodeLengths.SPAN;
      chosen.counts()[base + Math.min(k, CodeLengths.SPAN - 1)]++;
      boolean negative = weights.u()[r] < 0;
      chosen.codes()[r] = negative ? -k : k;
      chosen.values()[r] = negative ? -value : value;
      state = from[way];
    }
  }
}
