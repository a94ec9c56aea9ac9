package dev.pbq.torture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** A signal that ends a process. */
public enum Signal {
  /** Ends it at once. */
  KILL(9),
  /** Asks it to end, as a scheduler does. */
  TERM(15),
  /** Ctrl-C. */
  INT(2);

  private static final int ENDED_BY_SIGNAL = 128;
  private static final String IGNORED = "SigIgn:";

  private final int number;

  Signal(int number) {
    this.number = number;
  }

  /** The exit code of a process that it ended. */
  public int exitCode() {
    return ENDED_BY_SIGNAL + number;
  }

  /** Sends it. A process that has ended is no failure. */
  void send(long process) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + number, Long.toString(process))
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }

  /**
   * Those that a child of this process heeds: shells let jobs in the background ignore Ctrl-C, and
   * children inherit that.
   */
  public static List<Signal> heeded() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return List.of(values());
    }
    String mask =
        Files.readAllLines(status).stream()
            .filter(line -> line.startsWith(IGNORED))
            .findFirst()
            .orElseThrow()
            .substring(IGNORED.length())
            .strip();
    long ignored = Long.parseUnsignedLong(mask, 16);
    return Arrays.stream(values()).filter(s -> (ignored >> (s.number - 1) & 1) == 0).toList();
  }
}
