package dev.pbq.ecq.choice;

/** The trellis of eight states written out, without a branch of the program. */
final class EightStates implements Survivors {
  @Override
  public int run(int[] cost, int count, byte[] ways) {
    int s0 = 0;
    int s1 = UNREACHED;
    int s2 = UNREACHED;
    int s3 = UNREACHED;
    int s4 = UNREACHED;
    int s5 = UNREACHED;
    int s6 = UNREACHED;
    int s7 = UNREACHED;
    for (int r = 0; r < count; r++) {
      int even0 = cost[4 * r];
      int odd0 = cost[4 * r + 1];
      int even1 = cost[4 * r + 2];
      int odd1 = cost[4 * r + 3];
      int t0 = s0 + even0;
      int d0 = s4 + odd0 - t0;
      int t1 = s2 + even0;
      int d1 = s6 + odd0 - t1;
      int t2 = s0 + odd0;
      int d2 = s4 + even0 - t2;
      int t3 = s2 + odd0;
      int d3 = s6 + even0 - t3;
      int t4 = s3 + odd1;
      int d4 = s5 + even1 - t4;
      int t5 = s1 + even1;
      int d5 = s7 + odd1 - t5;
      int t6 = s3 + even1;
      int d6 = s5 + odd1 - t6;
      int t7 = s1 + odd1;
      int d7 = s7 + even1 - t7;
      ways[r] =
          (byte)
              ((d0 >>> 31)
                  | (d1 >>> 31) << 1
                  | (d2 >>> 31) << 2
                  | (d3 >>> 31) << 3
                  | (d4 >>> 31) << 4
                  | (d5 >>> 31) << 5
                  | (d6 >>> 31) << 6
                  | (d7 >>> 31) << 7);
      s0 = t0 + (d0 & (d0 >> 31));
      s1 = t1 + (d1 & (d1 >> 31));
      s2 = t2 + (d2 & (d2 >> 31));
      s3 = t3 + (d3 & (d3 >> 31));
      s4 = t4 + (d4 & (d4 >> 31));
      s5 = t5 + (d5 & (d5 >> 31));
      s6 = t6 + (d6 & (d6 >> 31));
      s7 = t7 + (d7 & (d7 >> 31));
    }
    return smallest(s0, s1, s2, s3, s4, s5, s6, s7);
  }

  private static int smallest(int... costs) {
    int best = 0;
    for (int s = 1; s < costs.length; s++) {
      best = costs[s] < costs[best] ? s : best;
    }
    return best;
  }
}
