package dev.pbq.cli.console;

import dev.pbq.core.Printable;
import java.io.PrintWriter;

/**
 * Progress on the error stream: one line that rewrites itself on a terminal, nothing but finished
 * lines where the output is a file or a pipe.
 */
public final class StatusLine {
  private static final long MIN_INTERVAL_NANOS = 100_000_000L;

  private final PrintWriter err;
  private final boolean terminal;
  private long lastUpdate;
  private int shownLength;

  /**
   * A status line; whether the error stream is a terminal comes from the launcher, since Java 17
   * cannot find out.
   */
  public StatusLine(PrintWriter err) {
    this(err, Boolean.getBoolean("pbq.terminal"));
  }

  public StatusLine(PrintWriter err, boolean terminal) {
    this.err = err;
    this.terminal = terminal;
  }

  /** Shows a passing state; dropped when it comes too soon after the last, or off a terminal. */
  public void update(String text) {
    long now = System.nanoTime();
    if (!terminal || now - lastUpdate < MIN_INTERVAL_NANOS) {
      return;
    }
    lastUpdate = now;
    show(Printable.of(text));
  }

  /** Prints a line that stays. */
  public void line(String text) {
    clear();
    err.println(Printable.of(text));
  }

  /** Removes the passing state. */
  public void clear() {
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
}
