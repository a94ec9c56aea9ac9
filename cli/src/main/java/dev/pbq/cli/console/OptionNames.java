package dev.pbq.cli.console;

import dev.pbq.core.PbqException;
import dev.pbq.core.Wording;
import dev.pbq.core.quant.SettingDescription;
import dev.pbq.core.quant.SettingNames;

/** Settings as the command line spells them: {@code lowFrac} is {@code --low-frac}. */
public final class OptionNames {
  private OptionNames() {}

  /** The option of a setting. */
  public static String of(String setting) {
    return "--" + SettingNames.kebabCase(setting);
  }

  /** A sentence with its settings spelled as options. */
  public static String spell(Wording wording) {
    return wording.spelled((name, off) -> off ? "--no-" + SettingNames.kebabCase(name) : of(name));
  }

  /** The message of a failure with its settings spelled as options. */
  public static String message(PbqException e) {
    return spell(e.wording());
  }

  /** {@code default: 4}, or that there is none. */
  public static String byDefault(SettingDescription setting) {
    return setting.required() ? "required" : "default: " + spell(setting.byDefault());
  }
}
