package dev.pbq.cli;

/**
 * While open, says on Ctrl-C or a polite kill how the run can be continued. The Java virtual machine
 * itself ends with exit code 130 (128 + SIGINT); nothing needs saving, as every finished block is.
 */
final class InterruptNotice implements AutoCloseable {
  private final Thread hook;

  InterruptNotice(StatusLine status, String notice) {
    hook = new Thread(() -> status.line(notice), "pbq-interrupt-notice");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The machine is shutting down: the notice is being given.
      return;
    }
  }
}
