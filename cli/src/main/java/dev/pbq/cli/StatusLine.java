package dev.pbq.cli;

import dev.pbq.core.ByteCount;
import java.io.PrintWriter;
import java.util.Locale;

/**
 * Progress on the error stream: one line that rewrites itself on a terminal, nothing but finished
 * lines where the output is a file or a pipe.
 */
final class StatusLine {
  private static final long MIN_INTERVAL_NANOS = 100_000_000L;

  private final PrintWriter err;
  private final boolean terminal;
  private long lastUpdate;
  private int shownLength;

  /** The launcher tells whether the error stream is a terminal, since Java 17 cannot. */
  StatusLine(PrintWriter err) {
    this(err, Boolean.getBoolean("pbq.terminal"));
  }

  StatusLine(PrintWriter err, boolean terminal) {
    this.err = err;
    this.terminal = terminal;
  }

  /** Shows a passing state; dropped when it comes too soon after the last, or off a terminal. */
  void update(String text) {
    long now = System.nanoTime();
    if (!terminal || now - lastUpdate < MIN_INTERVAL_NANOS) {
      return;
    }
    lastUpdate = now;
    show(text);
  }

  /** Prints a line that stays. */
  void line(String text) {
    clear();
    err.println(text);
  }

  /** Removes the passing state. */
  void clear() {
    if (shownLength > 0) {
      err.print("\r" + " ".repeat(shownLength) + "\r");
      err.flush();
      shownLength = 0;
    }
  }

  private void show(String text) {
    String padding = " ".repeat(Math.max(0, shownLength - text.length()));
    err.print("\r" + text + padding);
    err.flush();
    shownLength = text.length();
  }

  /** Seconds as 0:07, 12:34 or 1:02:03. */
  static String duration(double seconds) {
    long s = Math.round(seconds);
    return s < 3600
        ? String.format(Locale.ROOT, "%d:%02d", s / 60, s % 60)
        : String.format(Locale.ROOT, "%d:%02d:%02d", s / 3600, s / 60 % 60, s % 60);
  }

  /** Bytes as people say them: 812 B, 7.4 MB, 3.52 GB (powers of ten). */
  static String bytes(long bytes) {
    return ByteCount.text(bytes);
  }
}
