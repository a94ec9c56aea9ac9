package dev.pbq.cli.console;

import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;

/** The command line as it could be typed again, for the record of what it made. */
public final class CommandWords {
  private CommandWords() {}

  public static String of(CommandSpec spec) {
    return "pbq "
        + spec.root().commandLine().getParseResult().originalArgs().stream()
            .map(CommandWords::quoted)
            .collect(Collectors.joining(" "));
  }

  private static String quoted(String word) {
    return word.matches("[A-Za-z0-9_@%+=:,./~-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
