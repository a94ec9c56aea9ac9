package dev.pbq.cli.console;

import dev.pbq.core.PbqException;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Prints one line for a command that cannot be parsed, and where to read more. */
public final class UsageErrorHandler implements IParameterExceptionHandler {
  @Override
  public int handleParseException(ParameterException e, String[] args) {
    CommandLine line = e.getCommandLine();
    line.getErr()
        .println(
            "pbq: "
                + PbqException.oneLine(message(e))
                + " (see '"
                + line.getCommandSpec().qualifiedName()
                + " --help')");
    return PbqException.Kind.USAGE.exitCode();
  }

  private static String message(ParameterException e) {
    if (e instanceof UnmatchedArgumentException other) {
      boolean program = e.getCommandLine().getParent() == null;
      String kind = other.isUnknownOption() ? "option " : program ? "command " : "argument ";
      List<String> alike = other.getSuggestions();
      String nearest = alike.isEmpty() ? "" : "; the nearest is " + alike.get(0);
      return "unknown " + kind + other.getUnmatched().get(0) + nearest;
    }
    if (e instanceof MissingParameterException missing && e.getMessage().startsWith("Error: ")) {
      return missing.getMissing().stream()
          .map(a -> a instanceof OptionSpec option ? option.longestName() : a.paramLabel())
          .collect(Collectors.joining(" or ", "", " is needed"));
    }
    return e.getMessage();
  }
}
