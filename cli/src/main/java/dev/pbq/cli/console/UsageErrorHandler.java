package dev.pbq.cli.console;

import dev.pbq.core.PbqException;
import picocli.CommandLine;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;

/** Prints one line for a command that cannot be parsed, and where to read more. */
public final class UsageErrorHandler implements IParameterExceptionHandler {
  @Override
  public int handleParseException(ParameterException e, String[] args) {
    CommandLine line = e.getCommandLine();
    line.getErr()
        .println(
            "pbq: "
                + PbqException.oneLine(e.getMessage())
                + " (see '"
                + line.getCommandSpec().qualifiedName()
                + " --help')");
    return PbqException.Kind.USAGE.exitCode();
  }
}
