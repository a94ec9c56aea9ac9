package dev.pbq.kernels.speed;

import java.util.Arrays;

/**
 * Takes times of something that is done again and again.
 *
 * @param seconds to spend on each thing, about
 */
public record Stopwatch(double seconds) {
  /** Calls before the first is timed: the JVM compiles what it has seen often. */
  private static final int FEWEST = 5;

  /**
   * Seconds that a call takes: the lowest tenth of calls is faster, all others are slower, so that
   * other programs on the machine count as little as may be. The first third of the time goes by
   * unmeasured.
   */
  public double time(Runnable work) {
    long start = System.nanoTime();
    for (int i = 0; i < FEWEST || since(start) < seconds / 3; i++) {
      work.run();
    }
    double[] times = new double[16];
    int n = 0;
    while (n < FEWEST || since(start) < seconds) {
      long from = System.nanoTime();
      work.run();
      times = n == times.length ? Arrays.copyOf(times, 2 * n) : times;
      times[n++] = since(from);
    }
    Arrays.sort(times, 0, n);
    return times[n / 10];
  }

  private static double since(long start) {
    return (System.nanoTime() - start) * 1e-9;
  }
}
