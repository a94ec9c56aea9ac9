package dev.pbq.workflow.compare;

import dev.pbq.core.PbqException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A method with settings as {@code --methods} has them: {@code rtn:bits=4:groupsize=64}. A setting
 * without a value is a switch: {@code arb-rc:cgb}.
 *
 * @param label as written
 * @param method its name
 * @param settings key to value, in order
 */
public record MethodSpec(String label, String method, Map<String, String> settings) {
  public MethodSpec {
    settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
  }

  /**
   * Parses one entry.
   *
   * @throws PbqException USAGE if it is not of that form, or gives a setting twice
   */
  public static MethodSpec parse(String text) {
    String label = text.strip();
    String[] words = label.split(":", -1);
    if (words[0].isBlank()) {
      throw PbqException.setting("{methods} '%s' names no method", text);
    }
    Map<String, String> settings = new LinkedHashMap<>();
    for (int i = 1; i < words.length; i++) {
      int equals = words[i].indexOf('=');
      String key = (equals < 0 ? words[i] : words[i].substring(0, equals)).strip();
      String value = equals < 0 ? "true" : words[i].substring(equals + 1).strip();
      if (key.isEmpty() || value.isEmpty()) {
        throw PbqException.setting(
            "{methods} '%s': '%s' is not of the form key=value", text, words[i]);
      }
      if (settings.put(key, value) != null) {
        throw PbqException.setting("{methods} '%s' gives %s twice", text, key);
      }
    }
    return new MethodSpec(label, words[0].strip(), settings);
  }
}
