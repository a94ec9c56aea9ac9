package dev.pbq.core.quant;

import dev.pbq.core.Wording;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A setting of a method, as every front end shows it; made from the settings record and its {@link
 * Setting} annotations.
 *
 * @param name of the record's component, in camel case: {@code lowFrac}
 * @param type what its values are
 * @param help what it does; empty if the record does not describe it
 * @param byDefault what it is where it is not given: a value, or how it follows from others
 * @param required whether it must be given
 * @param range the numbers that are accepted, if not all are
 * @param words the words (or few numbers) that are accepted; empty where that is no list
 * @param symbol the letter that the method's paper has for it, or empty
 * @param aliases other spellings, in kebab case
 * @param label what stands for the value in help texts; empty for switches
 * @param negatable whether there is an option to switch it off
 * @param methods the methods of the record that use it; empty for all
 */
public record SettingDescription(
    String name,
    SettingType type,
    Wording help,
    Wording byDefault,
    boolean required,
    Optional<SettingRange> range,
    List<String> words,
    String symbol,
    List<String> aliases,
    String label,
    boolean negatable,
    List<String> methods) {
  public SettingDescription {
    words = List.copyOf(words);
    aliases = List.copyOf(aliases);
    methods = List.copyOf(methods);
  }

  /** The settings of a record, in its order. */
  public static List<SettingDescription> of(Class<? extends Record> settings) {
    return Arrays.stream(settings.getRecordComponents()).map(SettingDescription::of).toList();
  }

  private static SettingDescription of(RecordComponent component) {
    Setting setting = component.getAnnotation(Setting.class);
    if (setting == null) {
      List<String> words = SettingType.words(component.getType());
      SettingType type = SettingType.of(component.getType(), words);
      return new SettingDescription(
          component.getName(),
          type,
          Wording.text(""),
          Wording.text(""),
          false,
          Optional.empty(),
          words,
          "",
          List.of(),
          label("", type, words),
          false,
          List.of());
    }
    List<String> words =
        setting.words().length > 0
            ? List.of(setting.words())
            : SettingType.words(component.getType());
    SettingType type = SettingType.of(component.getType(), words);
    return new SettingDescription(
        component.getName(),
        type,
        Wording.of(setting.help()),
        Wording.of(setting.byDefault()),
        setting.byDefault().isEmpty(),
        setting.range().isEmpty()
            ? Optional.empty()
            : Optional.of(SettingRange.parse(setting.range())),
        words,
        setting.symbol(),
        List.of(setting.aliases()),
        label(setting.label(), type, words),
        setting.negatable(),
        List.of(setting.methods()));
  }

  private static String label(String given, SettingType type, List<String> words) {
    if (!given.isEmpty()) {
      return given;
    }
    return switch (type) {
      case FLAG -> "";
      case INTEGER -> "N";
      case NUMBER -> words.isEmpty() ? "X" : String.join("|", words);
      case WORD -> String.join("|", words);
      case TEXT -> "TEXT";
      case OTHER -> "VALUE";
    };
  }

  /** The name in kebab case, as recipes and options have it: {@code low-frac}. */
  public String kebabName() {
    return SettingNames.kebabCase(name);
  }

  /** Whether a method of the record uses it. */
  public boolean isUsedBy(String method) {
    return methods.isEmpty() || methods.contains(method);
  }

  /** What is accepted, in words: the range, the list of words, or empty where there is neither. */
  public String accepted() {
    String numbers = range.map(SettingRange::toString).orElse("");
    if (words.isEmpty()) {
      return numbers;
    }
    return (numbers.isEmpty() ? "" : numbers + ", or ") + String.join(", ", words);
  }

  /** What a value that cannot be one of this setting is, in words: {@code no whole number}. */
  String wrong() {
    if (!words.isEmpty()) {
      return "none of " + String.join(", ", words);
    }
    return switch (type) {
      case FLAG -> "neither true nor false";
      case INTEGER -> "no whole number";
      case NUMBER -> "no number";
      case WORD, TEXT, OTHER -> "not what it takes";
    };
  }
}
