package dev.pbq.train.layer;

/**
 * The normal numbers of numpy's {@code RandomState(seed).standard_normal}: Mersenne Twister with
 * the plain seeding, and the polar method that gives the second number of a pair first.
 */
final class NumpyNormal {
  private static final int N = 624;
  private static final int M = 397;

  private final int[] state = new int[N];
  private int next = N;
  private double kept;
  private boolean hasKept;

  NumpyNormal(int seed) {
    state[0] = seed;
    for (int i = 1; i < N; i++) {
      state[i] = 1812433253 * (state[i - 1] ^ (state[i - 1] >>> 30)) + i;
    }
  }

  double next() {
    if (hasKept) {
      hasKept = false;
      return kept;
    }
    while (true) {
      double a = 2 * uniform() - 1;
      double b = 2 * uniform() - 1;
      double square = a * a + b * b;
      if (square < 1 && square != 0) {
        double factor = Math.sqrt(-2 * Math.log(square) / square);
        kept = factor * a;
        hasKept = true;
        return factor * b;
      }
    }
  }

  /** 53 random bits in [0, 1). */
  private double uniform() {
    long high = word() >>> 5;
    long low = word() >>> 6;
    return (high * 67108864.0 + low) / 9007199254740992.0;
  }

  private long word() {
    if (next == N) {
      twist();
    }
    int y = state[next++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    y ^= y >>> 18;
    return y & 0xffffffffL;
  }

  private void twist() {
    for (int i = 0; i < N; i++) {
      int y = (state[i] & 0x80000000) | (state[(i + 1) % N] & 0x7fffffff);
      state[i] = state[(i + M) % N] ^ (y >>> 1) ^ ((y & 1) == 0 ? 0 : 0x9908b0df);
    }
    next = 0;
  }
}
