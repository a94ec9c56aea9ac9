package dev.pbq.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;

/** Options of every command that does work. */
final class CommonOptions {
  @Option(
      names = "--stacktrace",
      description = "Print the Java stack trace of an error, for bug reports.")
  private boolean stacktrace;

  @Option(
      names = {"-v", "--verbose"},
      description = "Log what is done; twice (-vv) for details.")
  private boolean[] verbosity = new boolean[0];

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads for arithmetic (default: all processors).")
  private int threads = Runtime.getRuntime().availableProcessors();

  boolean stacktrace() {
    return stacktrace;
  }

  /** Number of threads, at least one. */
  int threads() {
    return OptionChecks.atLeastOne("--threads", threads);
  }

  /** Applies the verbosity to the project's loggers. */
  void applyLogging() {
    Logger project = (Logger) LoggerFactory.getLogger("dev.pbq");
    switch (verbosity.length) {
      case 0 -> project.setLevel(Level.WARN);
      case 1 -> project.setLevel(Level.INFO);
      default -> project.setLevel(Level.DEBUG);
    }
  }
}
