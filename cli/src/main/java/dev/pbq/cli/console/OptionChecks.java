package dev.pbq.cli.console;

import dev.pbq.core.PbqException;

/** What options of several commands must be. */
public final class OptionChecks {
  private OptionChecks() {}

  /**
   * A count of at least 1.
   *
   * @param option as it is typed: {@code --limit}
   * @param value null if it was not given, which is accepted
   * @return the value
   * @throws PbqException USAGE naming option and value
   */
  public static Integer atLeastOne(String option, Integer value) {
    if (value != null && value < 1) {
      throw PbqException.usage(option + " " + value + " is not at least 1");
    }
    return value;
  }
}
