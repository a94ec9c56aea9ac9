package dev.pbq.workflow.recipe;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.quant.SettingNames;

/** Reads settings written as text, {@code key=value}, into JSON. */
public final class SettingText {
  private SettingText() {}

  /**
   * Adds a setting to others.
   *
   * @param key in camel or kebab case
   * @param value true, false, a number, or else a word
   * @throws PbqException USAGE if there is no value
   */
  public static void put(ObjectNode settings, String key, String value) {
    String name = SettingNames.camelCase(key.strip());
    String text = value.strip();
    if (text.matches("true|false")) {
      settings.put(name, Boolean.parseBoolean(text));
    } else if (text.matches("-?\\d{1,9}")) {
      settings.put(name, Integer.parseInt(text));
    } else if (text.matches("-?\\d*\\.?\\d+([eE]-?\\d+)?")) {
      settings.put(name, Double.parseDouble(text));
    } else if (text.isEmpty()) {
      throw PbqException.usage("the setting '" + key + "' has no value");
    } else {
      settings.put(name, text);
    }
  }
}
