package dev.pbq.cli;

import dev.pbq.core.PbqException;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/** Turns what a command throws into one line on the error stream and an exit code. */
final class ErrorHandler implements IExecutionExceptionHandler {
  static final int INTERNAL = 1;

  @Override
  public int handleExecutionException(Exception e, CommandLine line, ParseResult parsed) {
    PrintWriter err = line.getErr();
    boolean trace = parsed.originalArgs().contains("--stacktrace");
    if (trace) {
      e.printStackTrace(err);
    }
    if (e instanceof PbqException known) {
      err.println("pbq: " + oneLine(OptionNames.message(known)));
      return known.kind().exitCode();
    }
    if (isOutOfNativeMemory(e)) {
      err.println("pbq: out of memory: " + oneLine(e.getMessage()));
      return PbqException.Kind.RESOURCES.exitCode();
    }
    err.println(
        "pbq: internal error: "
            + oneLine(e.toString())
            + (trace ? "" : " (run again with --stacktrace and report it)"));
    return INTERNAL;
  }

  /** PyTorch tells it in words, through an exception of its engine. */
  private static boolean isOutOfNativeMemory(Exception e) {
    String message = String.valueOf(e.getMessage());
    return message.contains("not enough memory") || message.contains("can't allocate memory");
  }

  /** Messages of libraries may hold line breaks; an error is one line. */
  static String oneLine(String message) {
    return String.valueOf(message).strip().replaceAll("\\s*\\R\\s*", " | ");
  }
}
