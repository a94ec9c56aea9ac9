package dev.pbq.core.data;

import java.util.HashSet;
import java.util.Set;

/**
 * Python's {@code random.Random}: the Mersenne Twister MT19937, seeded by an integer as Python
 * seeds it, so that calibration windows are the ones the Python references draw.
 *
 * <p>Source: M. Matsumoto, T. Nishimura, "Mersenne Twister", 1998 ({@code init_by_array}); CPython,
 * {@code Modules/_randommodule.c} and {@code Lib/random.py}. Not thread-safe.
 */
public final class PythonRandom {
  private static final int N = 624;
  private static final int M = 397;
  private static final int MATRIX_A = 0x9908b0df;
  private static final int UPPER_MASK = 0x80000000;
  private static final int LOWER_MASK = 0x7fffffff;

  private final int[] state;
  private int next;

  /** Seeds as {@code random.seed(seed)}: only the absolute value of the seed counts. */
  public PythonRandom(long seed) {
    state = new int[N];
    initByArray(key(seed));
  }

  private PythonRandom(PythonRandom other) {
    state = other.state.clone();
    next = other.next;
  }

  /** A copy of this generator in its present state; the two are independent from then on. */
  public PythonRandom copy() {
    return new PythonRandom(this);
  }

  /**
   * {@code getrandbits(k)}: the next k random bits as a number.
   *
   * @param k 0 to 63
   */
  public long getrandbits(int k) {
    if (k < 0 || k > 63) {
      throw new IllegalArgumentException("k must be 0 to 63, not " + k);
    }
    if (k == 0) {
      return 0;
    }
    if (k <= 32) {
      return Integer.toUnsignedLong(nextInt() >>> (32 - k));
    }
    long low = Integer.toUnsignedLong(nextInt());
    long high = Integer.toUnsignedLong(nextInt() >>> (64 - k));
    return high << 32 | low;
  }

  /**
   * {@code randint(a, b)}: a number from a to b, both included. Draws {@code getrandbits} until the
   * value is below {@code b - a + 1}.
   *
   * @throws IllegalArgumentException if b is less than a, or b - a + 1 exceeds 63 bits
   */
  public long randint(long a, long b) {
    if (b < a) {
      throw new IllegalArgumentException("empty range [" + a + ", " + b + "]");
    }
    long n = b - a + 1;
    if (n <= 0) {
      throw new IllegalArgumentException("range [" + a + ", " + b + "] is too wide");
    }
    int bits = bitLength(n);
    long value = getrandbits(bits);
    while (value >= n) {
      value = getrandbits(bits);
    }
    return a + value;
  }

  /**
   * {@code sample(range(n), k)}: k different numbers below n, in the order in which Python draws
   * them.
   *
   * @throws IllegalArgumentException if k is negative or above n
   */
  public int[] sample(int n, int k) {
    if (k < 0 || k > n) {
      throw new IllegalArgumentException("a sample of " + k + " from " + n);
    }
    int[] result = new int[k];
    // Python keeps a set of what was drawn where that is smaller than the whole population.
    long setSize = 21;
    if (k > 5) {
      setSize += (long) Math.pow(4, Math.ceil(Math.log(k * 3.0) / Math.log(4)));
    }
    if (n <= setSize) {
      int[] pool = new int[n];
      for (int i = 0; i < n; i++) {
        pool[i] = i;
      }
      for (int i = 0; i < k; i++) {
        int j = (int) randint(0, n - i - 1);
        result[i] = pool[j];
        pool[j] = pool[n - i - 1];
      }
      return result;
    }
    Set<Integer> drawn = new HashSet<>();
    for (int i = 0; i < k; i++) {
      int j = (int) randint(0, n - 1);
      while (!drawn.add(j)) {
        j = (int) randint(0, n - 1);
      }
      result[i] = j;
    }
    return result;
  }

  static int bitLength(long n) {
    return Long.SIZE - Long.numberOfLeadingZeros(n);
  }

  /** The 32-bit words of |seed|, least significant first; the key of seed 0 is one zero word. */
  private static int[] key(long seed) {
    long magnitude = seed < 0 ? -seed : seed; // of Long.MIN_VALUE: itself, right as unsigned
    int low = (int) magnitude;
    int high = (int) (magnitude >>> 32);
    return high == 0 ? new int[] {low} : new int[] {low, high};
  }

  private void initByArray(int[] key) {
    initGenrand(19650218);
    int i = 1;
    int j = 0;
    for (int k = Math.max(N, key.length); k > 0; k--) {
      state[i] = (state[i] ^ ((state[i - 1] ^ (state[i - 1] >>> 30)) * 1664525)) + key[j] + j;
      i++;
      j++;
      if (i >= N) {
        state[0] = state[N - 1];
        i = 1;
      }
      if (j >= key.length) {
        j = 0;
      }
    }
    for (int k = N - 1; k > 0; k--) {
      state[i] = (state[i] ^ ((state[i - 1] ^ (state[i - 1] >>> 30)) * 1566083941)) - i;
      i++;
      if (i >= N) {
        state[0] = state[N - 1];
        i = 1;
      }
    }
    state[0] = 0x80000000;
  }

  private void initGenrand(int seed) {
    state[0] = seed;
    for (int i = 1; i < N; i++) {
      state[i] = 1812433253 * (state[i - 1] ^ (state[i - 1] >>> 30)) + i;
    }
    next = N;
  }

  private int nextInt() {
    if (next >= N) {
      twist();
    }
    int y = state[next++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return y ^ (y >>> 18);
  }

  private void twist() {
    for (int i = 0; i < N; i++) {
      int y = (state[i] & UPPER_MASK) | (state[(i + 1) % N] & LOWER_MASK);
      state[i] = state[(i + M) % N] ^ (y >>> 1) ^ ((y & 1) == 0 ? 0 : MATRIX_A);
    }
    next = 0;
  }
}
