package dev.pbq.cli;

import dev.pbq.core.PbqException;
import dev.pbq.core.Wording;
import dev.pbq.core.quant.SettingNames;

/** Settings as the command line spells them: {@code lowFrac} is {@code --low-frac}. */
final class OptionNames {
  private OptionNames() {}

  /** The option of a setting. */
  static String of(String setting) {
    return "--" + SettingNames.kebabCase(setting);
  }

  /** A sentence with its settings spelled as options. */
  static String spell(Wording wording) {
    return wording.spelled((name, off) -> off ? "--no-" + SettingNames.kebabCase(name) : of(name));
  }

  /** The message of a failure with its settings spelled as options. */
  static String message(PbqException e) {
    return spell(e.wording());
  }
}
