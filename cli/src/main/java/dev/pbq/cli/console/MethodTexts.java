package dev.pbq.cli.console;

import dev.pbq.core.quant.MethodCatalog;
import dev.pbq.core.quant.QuantizerProvider.Method;
import dev.pbq.core.quant.SettingDescription;
import java.util.ArrayList;
import java.util.List;

/** Methods and their settings as lines of text. */
public final class MethodTexts {
  private static final int WIDTH = 100;

  private MethodTexts() {}

  /** All methods, a line each, under the headings of their groups. */
  public static String list(MethodCatalog methods) {
    int width = methods.names().stream().mapToInt(String::length).max().orElse(0);
    StringBuilder text = new StringBuilder();
    for (MethodCatalog.Group group : methods.groups()) {
      text.append(group.name()).append(System.lineSeparator());
      for (Method method : group.methods()) {
        line(text, "  " + pad(method.name(), width) + "  " + method.summary());
      }
    }
    return text.toString();
  }

  /** All settings that a method uses. */
  public static String settings(MethodCatalog methods, String name) {
    StringBuilder text = new StringBuilder();
    line(text, name + ": " + methods.method(name).orElseThrow().summary());
    line(text, "");
    boolean trains = methods.groups().get(0).name().startsWith("Training");
    String command = trains ? "train" : "quantize";
    line(
        text,
        "Options of 'pbq " + command + " --method " + name + "'; the key stands in a recipe's");
    line(
        text,
        trains
            ? "[settings] and in -O KEY=VALUE."
            : "[settings], in -O KEY=VALUE and in 'pbq compare --methods " + name + ":KEY=VALUE'.");
    List<SettingDescription> settings =
        methods.settings(name).stream().filter(s -> s.isUsedBy(name)).toList();
    for (SettingDescription setting : settings) {
      line(text, "");
      line(text, "  " + String.join(", ", spellings(setting)) + value(setting));
      wrap(text, OptionNames.spell(setting.help()) + ".");
      List<String> facts = new ArrayList<>();
      facts.add("key: " + setting.kebabName());
      if (!setting.accepted().isEmpty()) {
        facts.add("accepts: " + setting.accepted());
      }
      facts.add(OptionNames.byDefault(setting));
      if (!setting.symbol().isEmpty()) {
        facts.add("in the paper: " + setting.symbol());
      }
      wrap(text, String.join("; ", facts));
    }
    return text.toString();
  }

  private static List<String> spellings(SettingDescription setting) {
    List<String> names = new ArrayList<>();
    names.add(OptionNames.of(setting.name()));
    setting.aliases().forEach(alias -> names.add("--" + alias));
    if (setting.negatable()) {
      names.add("--no-" + setting.kebabName());
    }
    return names;
  }

  private static String value(SettingDescription setting) {
    return setting.label().isEmpty() ? "" : "=" + setting.label();
  }

  private static void wrap(StringBuilder text, String sentence) {
    StringBuilder line = new StringBuilder("     ");
    for (String word : sentence.split(" ", -1)) {
      if (line.length() + 1 + word.length() > WIDTH) {
        line(text, line.toString());
        line.setLength(0);
        line.append("     ");
      }
      line.append(' ').append(word);
    }
    line(text, line.toString());
  }

  private static String pad(String word, int width) {
    return word + " ".repeat(width - word.length());
  }

  private static void line(StringBuilder text, String line) {
    text.append(line).append(System.lineSeparator());
  }
}
