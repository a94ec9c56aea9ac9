package dev.pbq.ecq.choice;

import dev.pbq.core.entropy.Trellis;
import java.util.Arrays;

/**
 * The forward half of the Viterbi algorithm: for each weight and each state after it, which of the
 * two ways into the state is the better one.
 */
interface Survivors {
  /** Costs of the states that a run does not start in. */
  int UNREACHED = 1 << 30;

  /**
   * Finds the better ways.
   *
   * @param cost the four costs of each weight ({@link Branches})
   * @param ways receives a bit for each state: 1 if the way from the higher state is better
   * @return the state that the best path ends in
   */
  int run(int[] cost, int count, byte[] ways);

  /** The fastest there is. */
  static Survivors of(Trellis trellis) {
    return trellis == Trellis.EIGHT ? new EightStates() : new AnyStates(trellis);
  }

  /**
   * Any trellis, by tables.
   *
   * @param from for each state the two that lead to it, lower first
   * @param branch and the branch that each takes
   */
  record AnyStates(int[] from, int[] branch) implements Survivors {
    AnyStates(Trellis trellis) {
      this(Ways.of(trellis).from(), Ways.of(trellis).branch());
    }

    @Override
    public int run(int[] cost, int count, byte[] ways) {
      int states = from.length / 2;
      int[] now = new int[states];
      int[] then = new int[states];
      Arrays.fill(now, 1, states, UNREACHED);
      for (int r = 0; r < count; r++) {
        int bits = 0;
        for (int s = 0; s < states; s++) {
          int low = now[from[2 * s]] + cost[Branches.EACH * r + branch[2 * s]];
          int high = now[from[2 * s + 1]] + cost[Branches.EACH * r + branch[2 * s + 1]];
          then[s] = Math.min(low, high);
          bits |= high < low ? 1 << s : 0;
        }
        ways[r] = (byte) bits;
        int[] swap = now;
        now = then;
        then = swap;
      }
      int best = 0;
      for (int s = 1; s < states; s++) {
        best = now[s] < now[best] ? s : best;
      }
      return best;
    }
  }
}
