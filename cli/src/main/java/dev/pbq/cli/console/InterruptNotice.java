package dev.pbq.cli.console;

import java.util.function.Supplier;

/**
 * Prints, on Ctrl-C or SIGTERM, how a run can be continued. The Java virtual machine itself ends
 * with exit code 130 (128 + SIGINT); nothing has to be saved then, because every finished block is
 * saved already.
 */
public final class InterruptNotice {
  private InterruptNotice() {}

  /**
   * Runs {@code work}; if the process receives a signal to end meanwhile, prints {@code notice}.
   */
  public static <T> T during(StatusLine status, String notice, Supplier<T> work) {
    Thread hook = new Thread(() -> status.line(notice), "pbq-interrupt-notice");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      return work.get();
    } finally {
      remove(hook);
    }
  }

  static void remove(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The machine is shutting down already: the notice is being given.
      return;
    }
  }
}
