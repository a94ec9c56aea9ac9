package dev.pbq.cli;

import dev.pbq.cli.command.PbqCommand;
import dev.pbq.cli.console.ErrorHandler;
import dev.pbq.cli.console.UsageErrorHandler;
import dev.pbq.core.PbqException;
import dev.pbq.workflow.compare.ChildProcess;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;

/** Entry point of {@code pbq}. */
public final class Main {
  private Main() {}

  /** Runs one command and ends the process with its exit code. */
  public static void main(String[] args) {
    ChildProcess.endWithParent(() -> System.exit(PbqException.Kind.CANCELLED.exitCode()));
    int code =
        execute(
            new PrintWriter(System.out, true, StandardCharsets.UTF_8),
            new PrintWriter(System.err, true, StandardCharsets.UTF_8),
            args);
    System.out.flush();
    // The engines leave threads running; the process must not wait for them to end.
    System.exit(code);
  }

  /** Runs one command, printing to the given writers, and returns its exit code. */
  static int execute(PrintWriter out, PrintWriter err, String... args) {
    try {
      return commandLine(out, err, args).execute(args);
    } catch (OutOfMemoryError e) {
      err.println(
          "pbq: out of memory ("
              + PbqException.oneLine(e.getMessage())
              + "): a larger heap can be given with PBQ_OPTS=-Xmx...");
      return PbqException.Kind.RESOURCES.exitCode();
    }
  }

  private static CommandLine commandLine(PrintWriter out, PrintWriter err, String... args) {
    CommandLine line = PbqCommand.line(args);
    line.setOut(out).setErr(err);
    line.setExecutionExceptionHandler(new ErrorHandler());
    line.setParameterExceptionHandler(new UsageErrorHandler());
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setUsageHelpAutoWidth(true);
    line.setAbbreviatedOptionsAllowed(false);
    return line;
  }
}
