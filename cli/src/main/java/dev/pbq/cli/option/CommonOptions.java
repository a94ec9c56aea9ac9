package dev.pbq.cli.option;

import dev.pbq.core.PbqException;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options of every command that does arithmetic. */
public final class CommonOptions {
  @Mixin private LoggingOptions logging;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads for arithmetic (default: all processors).")
  private int threads = Runtime.getRuntime().availableProcessors();

  /** Number of threads, at least one. */
  public int threads() {
    return requireThreads(threads);
  }

  /**
   * The number itself.
   *
   * @throws PbqException USAGE if it is below 1
   */
  public static int requireThreads(int threads) {
    if (threads < 1) {
      throw PbqException.usage("--threads " + threads + " is not at least 1");
    }
    return threads;
  }

  /** Applies the verbosity to the project's loggers. */
  public void applyLogging() {
    logging.apply();
  }
}
