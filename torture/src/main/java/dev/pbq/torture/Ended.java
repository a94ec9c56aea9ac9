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

  /** How a download goes on. */
  private static final String PROGRESS = MARK + "download";

  Ended {
    errors = List.copyOf(errors);
  }

  /** The lines that tell the user something, progress and warnings apart. */
  List<String> messages() {
    return errors.stream()
        .filter(line -> line.startsWith(MARK) && !line.startsWith(PROGRESS))
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
