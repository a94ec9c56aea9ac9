package dev.pbq.workflow.recipe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.Wording;
import dev.pbq.core.quant.SettingNames;
import dev.pbq.core.quant.SettingValues;
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
  private static final String METHOD = "method";

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

  /**
   * Reads {@code REGEX=key:value,...}, what {@link #text} gives; the key {@code method} names
   * another method.
   *
   * @throws PbqException USAGE if it is not of that form
   */
  public static LayerOverride parse(String text) {
    int equals = text.lastIndexOf('=');
    if (equals < 1) {
      throw PbqException.setting("{override} '%s' is not of the form REGEX=key:value,...", text);
    }
    ObjectNode changes = JsonNodeFactory.instance.objectNode();
    for (String pair : text.substring(equals + 1).split(",", -1)) {
      int colon = pair.indexOf(':');
      if (colon < 1) {
        throw PbqException.setting(
            "{override} '%s': '%s' is not of the form key:value", text, pair);
      }
      SettingValues.put(changes, pair.substring(0, colon), pair.substring(colon + 1));
    }
    JsonNode other = changes.remove(METHOD);
    String layers = text.substring(0, equals);
    LayerPattern.compile(Wording.name("override"), layers);
    return new LayerOverride(layers, Optional.ofNullable(other).map(JsonNode::asText), changes);
  }
}
