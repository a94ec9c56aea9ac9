package dev.pbq.torture;

import java.util.List;

/**
 * A process that has ended.
 *
 * @param code its exit code
 * @param errors lines of its error stream
 * @param milliseconds from start to end
 */
record Ended(int code, List<String> errors, long milliseconds) {
  private static final String MARK = "pbq: ";

  /** How a download goes on; that training, told to end, has saved its step. */
  private static final List<String> PROGRESS =
      List.of(MARK + "download", MARK + "stopped after step");

  Ended {
    errors = List.copyOf(errors);
  }

  /** The lines that tell the user something, progress and warnings apart. */
  List<String> messages() {
    return errors.stream()
        .filter(line -> line.startsWith(MARK) && PROGRESS.stream().noneMatch(line::startsWith))
        .toList();
  }

  /** Lines that no user should see: of stack traces, or of defects. */
  List<String> internals() {
    return errors.stream()
        .filter(
            line ->
                line.matches("\\s+at .*\\(.*\\)")
                    || line.contains("Exception")
                    || line.contains("internal error"))
        .toList();
  }

  /** The last line, for people. */
  String last() {
    return errors.isEmpty() ? "" : errors.get(errors.size() - 1);
  }
}
