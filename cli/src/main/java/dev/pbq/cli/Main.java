package dev.pbq.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;

/** Entry point of {@code pbq}. */
public final class Main {
  private Main() {}

  /** Runs one command and ends the process with its exit code. */
  public static void main(String[] args) {
    int code =
        commandLine(
                new PrintWriter(System.out, true, StandardCharsets.UTF_8),
                new PrintWriter(System.err, true, StandardCharsets.UTF_8))
            .execute(args);
    System.out.flush();
    // The engines leave threads of their own behind; the exit code must not wait for them.
    System.exit(code);
  }

  /** The whole command tree, printing to the given writers. */
  static CommandLine commandLine(PrintWriter out, PrintWriter err) {
    CommandLine line = new CommandLine(new PbqCommand());
    line.setOut(out).setErr(err);
    line.setExecutionExceptionHandler(new ErrorHandler());
    line.setParameterExceptionHandler(new UsageErrorHandler());
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setUsageHelpAutoWidth(true);
    line.setAbbreviatedOptionsAllowed(false);
    return line;
  }
}
