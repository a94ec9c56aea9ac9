package dev.pbq.ecq.choice;

import dev.pbq.core.entropy.Trellis;
import java.util.Arrays;

/**
 * The ways into the states of a trellis; there are two into each.
 *
 * @param from entries 2s and 2s + 1: the states before s, the lower first
 * @param branch the branch of {@link Branches} that each way takes
 */
record Ways(int[] from, int[] branch) {
  static Ways of(Trellis trellis) {
    int[] from = new int[2 * trellis.states()];
    int[] branch = new int[from.length];
    Arrays.fill(from, -1);
    for (int s = 0; s < trellis.states(); s++) {
      for (int parity = 0; parity < 2; parity++) {
        int next = trellis.next(s, parity);
        int at = from[2 * next] < 0 ? 2 * next : 2 * next + 1;
        from[at] = s;
        branch[at] = 2 * trellis.quantizer(s) + parity;
      }
    }
    return new Ways(from, branch);
  }
}
