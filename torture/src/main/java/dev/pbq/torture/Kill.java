package dev.pbq.torture;

import java.util.List;

/**
 * One kill and what came of it.
 *
 * @param scenario the command
 * @param signal what was sent
 * @param moment milliseconds after the start
 * @param state what lay in the folder then
 * @param code exit code of the killed process
 * @param landed whether the process was alive when the signal was sent
 * @param way how the run was continued: again, resume or force
 * @param faults what was not as promised; empty if all was
 */
public record Kill(
    String scenario,
    Signal signal,
    long moment,
    String state,
    int code,
    boolean landed,
    String way,
    List<String> faults) {
  public Kill {
    faults = List.copyOf(faults);
  }

  /** A line of the log. */
  public String line(long seed, int number) {
    return String.join(
        "\t",
        Long.toString(seed),
        Integer.toString(number),
        scenario,
        signal.name(),
        moment + " ms",
        state,
        landed ? "exit " + code : "ended before: exit " + code,
        way,
        faults.isEmpty() ? "same bytes" : "FAULT " + String.join("; ", faults));
  }
}
