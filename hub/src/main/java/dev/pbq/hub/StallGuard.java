package dev.pbq.hub;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A response body that fails when next to nothing has arrived for a while, be it silence or single
 * bytes now and then: the HTTP client's own time-out covers the headers only. Closing it closes the
 * body.
 */
final class StallGuard extends FilterInputStream {
  /** Fewer bytes in a stretch of the longest silence are as good as none. */
  private static final long FEWEST_BYTES = 1024;

  private final Duration longestSilence;
  private final AtomicLong received = new AtomicLong();
  private final AtomicBoolean stalled = new AtomicBoolean();
  private final ScheduledFuture<?> watch;

  // Of the watchdog's thread alone.
  private long sinceNanos = System.nanoTime();
  private long receivedThen;

  StallGuard(InputStream body, Duration longestSilence, ScheduledExecutorService watchdog) {
    super(body);
    this.longestSilence = longestSilence;
    long period = Math.max(1, longestSilence.toMillis() / 4);
    this.watch = watchdog.scheduleWithFixedDelay(this::look, period, period, TimeUnit.MILLISECONDS);
  }

  private void look() {
    long now = System.nanoTime();
    if (received.get() - receivedThen >= FEWEST_BYTES) {
      sinceNanos = now;
      receivedThen = received.get();
    } else if (now - sinceNanos > longestSilence.toNanos()) {
      stalled.set(true);
      try {
        in.close();
      } catch (IOException e) {
        // The reader finds out about the stall itself.
        stalled.set(true);
      }
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    try {
      int n = in.read(buffer, offset, length);
      if (n < 0 && stalled.get()) {
        throw stall();
      }
      received.addAndGet(Math.max(0, n));
      return n;
    } catch (IOException e) {
      throw stalled.get() ? stall() : e;
    }
  }

  private IOException stall() {
    return new IOException("next to nothing came for " + longestSilence.toMillis() / 1000.0 + " s");
  }

  @Override
  public void close() throws IOException {
    watch.cancel(false);
    in.close();
  }
}
