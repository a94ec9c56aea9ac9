package dev.pbq.cli.console;

import dev.pbq.core.PbqException;
import java.io.PrintWriter;
import java.nio.file.InvalidPathException;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/** Turns what a command throws into one line on the error stream and an exit code. */
public final class ErrorHandler implements IExecutionExceptionHandler {
  public static final int INTERNAL = 1;

  @Override
  public int handleExecutionException(Exception e, CommandLine line, ParseResult parsed) {
    PrintWriter err = line.getErr();
    boolean trace = parsed.originalArgs().contains("--stacktrace");
    if (trace) {
      e.printStackTrace(err);
    }
    if (e instanceof PbqException known) {
      // Work that a signal ended was answered when the signal came.
      if (known.kind() != PbqException.Kind.CANCELLED) {
        err.println("pbq: " + PbqException.oneLine(OptionNames.message(known)));
      }
      return known.kind().exitCode();
    }
    if (e instanceof InvalidPathException path) {
      err.println("pbq: no usable path: " + PbqException.oneLine(path.getMessage()));
      return PbqException.Kind.BAD_DATA.exitCode();
    }
    if (isOutOfNativeMemory(e)) {
      err.println("pbq: out of memory: " + PbqException.oneLine(e.getMessage()));
      return PbqException.Kind.RESOURCES.exitCode();
    }
    err.println(
        "pbq: internal error: "
            + PbqException.oneLine(e.toString())
            + (trace ? "" : " (run again with --stacktrace and report it)"));
    return INTERNAL;
  }

  /** PyTorch reports it only in the message of its engine's exception. */
  private static boolean isOutOfNativeMemory(Exception e) {
    String message = String.valueOf(e.getMessage());
    return message.contains("not enough memory") || message.contains("can't allocate memory");
  }
}
