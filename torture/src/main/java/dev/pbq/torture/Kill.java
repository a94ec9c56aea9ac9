package dev.pbq.torture;

import java.util.ArrayList;
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
 * @param way how the killed run was started: first, or with the option that a message had named;
 *     after the last kill also how the work came to its end
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

  /** The same with more faults. */
  Kill withFaults(List<String> more) {
    List<String> all = new ArrayList<>(faults);
    all.addAll(more);
    return new Kill(scenario, signal, moment, state, code, landed, way, all);
  }

  /** The same, with how the work was brought to its end. */
  Kill ended(String last) {
    return new Kill(scenario, signal, moment, state, code, landed, way + ", then " + last, faults);
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
        faults.isEmpty() ? "as promised" : "FAULT " + String.join("; ", faults));
  }
}
