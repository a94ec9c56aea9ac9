package dev.pbq.core.quant;

import dev.pbq.core.PbqException;
import dev.pbq.core.Wording;

/** What settings records check in their constructors; every message names the setting. */
public final class SettingChecks {
  private SettingChecks() {}

  /** What was given, or the default where nothing was. */
  public static <T> T or(T given, T otherwise) {
    return given == null ? otherwise : given;
  }

  /**
   * Checks anything.
   *
   * @param setting its name, in camel case
   * @param complaint what the value is if it does not hold: {@code neither 0 nor 1}
   * @throws PbqException USAGE naming setting and value
   */
  public static void require(boolean holds, String setting, Object value, String complaint) {
    if (!holds) {
      throw PbqException.setting("%s %s is %s", Wording.name(setting), value, complaint);
    }
  }

  /**
   * Checks a whole number against two bounds, both included.
   *
   * @throws PbqException USAGE naming setting and value
   */
  public static void range(String setting, int value, int min, int max) {
    require(value >= min && value <= max, setting, value, "not between " + min + " and " + max);
  }

  /**
   * Checks that a number is between 0 and 1, both included.
   *
   * @throws PbqException USAGE naming setting and value
   */
  public static void share(String setting, double value) {
    require(value >= 0 && value <= 1, setting, value, "not between 0 and 1");
  }

  /**
   * Checks a whole number against its least value.
   *
   * @throws PbqException USAGE naming setting and value
   */
  public static void atLeast(String setting, int value, int min) {
    require(value >= min, setting, value, "not at least " + min);
  }

  /**
   * Checks a size of groups.
   *
   * @param whole what -1 stands for: {@code the whole row}
   * @throws PbqException USAGE naming setting and value
   */
  public static void groups(String setting, int value, String whole) {
    require(value >= 1 || value == -1, setting, value, "neither -1 (" + whole + ") nor at least 1");
  }
}
