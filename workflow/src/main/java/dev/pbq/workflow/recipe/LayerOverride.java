package dev.pbq.workflow.recipe;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.quant.SettingNames;
import java.util.Optional;
import java.util.StringJoiner;

/**
 * Other settings, or another method, for some layers.
 *
 * @param layers regular expression that is found in the layers' names
 * @param method another method, which takes over none of the main one's settings
 * @param settings by camel-case name; they replace those of the same name
 */
public record LayerOverride(String layers, Optional<String> method, ObjectNode settings) {
  public LayerOverride {
    settings = settings.deepCopy();
  }

  @Override
  public ObjectNode settings() {
    return settings.deepCopy();
  }

  /** In one line, as command lines take it: {@code REGEX=key:value,...}. */
  public String text() {
    StringJoiner text = new StringJoiner(",", layers + "=", "");
    method.ifPresent(m -> text.add("method:" + m));
    settings
        .properties()
        .forEach(e -> text.add(SettingNames.kebabCase(e.getKey()) + ":" + e.getValue().asText()));
    return text.toString();
  }
}
