package dev.pbq.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command line of this build in a process of its own. */
final class OwnProcess {
  private OwnProcess() {}

  /**
   * The words that start it. Code is compiled quickly and not well: such a process lives for
   * seconds, and most of what the better compiler would make is never used.
   */
  static List<String> command(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), "dev.pbq.cli.Main"));
    command.addAll(List.of(arguments));
    return command;
  }
}
