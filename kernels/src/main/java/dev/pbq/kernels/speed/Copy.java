package dev.pbq.kernels.speed;

import dev.pbq.core.parallel.Parallel;

/** What a machine's memory can do: copying arrays that no cache holds, with all threads. */
public final class Copy {
  /** 64 MiB each: twice the largest caches of usual machines. */
  private static final int NUMBERS = 1 << 24;

  private static final int PIECE = 1 << 18;

  private Copy() {}

  /** Bytes read and written each second: twice those that are copied. */
  public static double bytesPerSecond(Stopwatch stopwatch) {
    float[] from = new float[NUMBERS];
    float[] to = new float[NUMBERS];
    double seconds =
        stopwatch.time(
            () ->
                Parallel.forEachRange(
                    NUMBERS, PIECE, (a, b) -> System.arraycopy(from, a, to, a, b - a)));
    return 2.0 * NUMBERS * Float.BYTES / seconds;
  }
}
