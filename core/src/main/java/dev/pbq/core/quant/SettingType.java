package dev.pbq.core.quant;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.lang.reflect.Field;
import java.util.Arrays;
import java.util.List;

/** What a setting's values are. */
public enum SettingType {
  /** True or false. */
  FLAG,
  /** A whole number. */
  INTEGER,
  /** A number. */
  NUMBER,
  /** One of a few words. */
  WORD,
  /** Any text. */
  TEXT,
  /** Anything else that the settings record can be made of, such as a table. */
  OTHER;

  /**
   * The type of a record component.
   *
   * @param words what is accepted, as it was described
   */
  static SettingType of(Class<?> type, List<String> words) {
    if (type == Boolean.class || type == boolean.class) {
      return FLAG;
    }
    if (type == Integer.class || type == int.class || type == Long.class || type == long.class) {
      return INTEGER;
    }
    if (type == Double.class || type == double.class || type == Float.class) {
      return NUMBER;
    }
    if (type == String.class) {
      return TEXT;
    }
    if (!words.isEmpty() && words.stream().allMatch(SettingValues::isNumber)) {
      return NUMBER;
    }
    return words.isEmpty() ? OTHER : WORD;
  }

  /** The words of an enum as JSON has them; none for other types, and enums without such names. */
  static List<String> words(Class<?> type) {
    if (!type.isEnum()) {
      return List.of();
    }
    return Arrays.stream(type.getFields())
        .filter(Field::isEnumConstant)
        .filter(field -> field.isAnnotationPresent(JsonProperty.class))
        .map(field -> field.getAnnotation(JsonProperty.class).value())
        .toList();
  }
}
