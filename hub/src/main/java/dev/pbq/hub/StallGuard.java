package dev.pbq.hub;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Reads a response body, and fails when nothing has arrived for a while: the HTTP client's own
 * time-out covers the headers only.
 */
final class StallGuard implements AutoCloseable {
  private final InputStream body;
  private final Duration longestSilence;
  private final AtomicLong lastNanos = new AtomicLong(System.nanoTime());
  private final AtomicBoolean stalled = new AtomicBoolean();
  private final ScheduledFuture<?> watch;

  StallGuard(InputStream body, Duration longestSilence, ScheduledExecutorService watchdog) {
    this.body = body;
    this.longestSilence = longestSilence;
    long period = Math.max(1, longestSilence.toMillis() / 4);
    this.watch = watchdog.scheduleWithFixedDelay(this::look, period, period, TimeUnit.MILLISECONDS);
  }

  private void look() {
    if (System.nanoTime() - lastNanos.get() > longestSilence.toNanos()) {
      stalled.set(true);
      try {
        body.close();
      } catch (IOException e) {
        // The reader finds out about the stall itself.
        stalled.set(true);
      }
    }
  }

  /** As {@link InputStream#read(byte[])}. */
  int read(byte[] buffer) throws IOException {
    try {
      int n = body.read(buffer);
      if (n < 0 && stalled.get()) {
        throw stall();
      }
      lastNanos.set(System.nanoTime());
      return n;
    } catch (IOException e) {
      throw stalled.get() ? stall() : e;
    }
  }

  private IOException stall() {
    return new IOException("nothing came for " + longestSilence.toMillis() / 1000.0 + " s");
  }

  @Override
  public void close() {
    watch.cancel(false);
  }
}
