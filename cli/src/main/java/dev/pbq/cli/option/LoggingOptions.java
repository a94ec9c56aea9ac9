package dev.pbq.cli.option;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;

/** Options that say how much a command tells of its work. */
public final class LoggingOptions {
  @Option(
      names = "--stacktrace",
      description = "Print the Java stack trace of an error, for bug reports.")
  private boolean stacktrace;

  @Option(
      names = {"-v", "--verbose"},
      description = "Log what is done; twice (-vv) for details.")
  private boolean[] verbosity = new boolean[0];

  public boolean stacktrace() {
    return stacktrace;
  }

  /** Applies the verbosity to the project's loggers. */
  public void apply() {
    Logger project = (Logger) LoggerFactory.getLogger("dev.pbq");
    switch (verbosity.length) {
      case 0 -> project.setLevel(Level.WARN);
      case 1 -> project.setLevel(Level.INFO);
      default -> project.setLevel(Level.DEBUG);
    }
  }
}
