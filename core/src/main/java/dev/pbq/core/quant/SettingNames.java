package dev.pbq.core.quant;

import java.util.Locale;

/**
 * The two spellings of a setting: {@code lowFrac} in records and JSON, {@code low-frac} for users.
 */
public final class SettingNames {
  private SettingNames() {}

  /** {@code low-frac}, also with dashes before it, as {@code lowFrac}. */
  public static String camelCase(String key) {
    StringBuilder name = new StringBuilder();
    for (String part : key.replaceFirst("^--", "").split("-", -1)) {
      name.append(
          name.length() == 0 || part.isEmpty()
              ? part
              : part.substring(0, 1).toUpperCase(Locale.ROOT) + part.substring(1));
    }
    return name.toString();
  }

  /** {@code lowFrac} as {@code low-frac}. */
  public static String kebabCase(String name) {
    return name.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
  }
}
