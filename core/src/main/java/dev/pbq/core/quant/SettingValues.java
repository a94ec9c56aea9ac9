package dev.pbq.core.quant;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;

/** The one way from a text, as people type it, to the JSON value of a setting. */
public final class SettingValues {
  private static final String INTEGER = "-?\\d{1,9}";
  private static final String NUMBER = "-?\\d*\\.?\\d+([eE]-?\\d+)?";

  private SettingValues() {}

  /**
   * Adds a setting to others.
   *
   * @param key its name, in camel or kebab case
   * @param text {@code true}, {@code false}, a number, or a word
   * @throws PbqException USAGE if the text is empty
   */
  public static void put(ObjectNode settings, String key, String text) {
    String name = SettingNames.camelCase(key.strip());
    String value = text.strip();
    if (value.matches("true|false")) {
      settings.put(name, Boolean.parseBoolean(value));
    } else if (value.matches(INTEGER)) {
      settings.put(name, Integer.parseInt(value));
    } else if (value.matches(NUMBER)) {
      settings.put(name, Double.parseDouble(value));
    } else if (value.isEmpty()) {
      throw PbqException.usage("the setting '" + key + "' has no value");
    } else {
      settings.put(name, value);
    }
  }

  /** Whether a text is read as a number. */
  static boolean isNumber(String text) {
    return text.matches(INTEGER) || text.matches(NUMBER);
  }
}
