package dev.pbq.workflow.recipe;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.formats.config.QuantConfig;
import java.util.Optional;

/**
 * A method and the settings given for it.
 *
 * @param name empty where it is given elsewhere
 * @param settings by camel-case name; what is missing takes the method's default
 * @param actFormat number formats that the model's products are computed in, for methods that have
 *     them
 */
public record MethodChoice(
    Optional<String> name, ObjectNode settings, Optional<QuantConfig> actFormat) {
  /** Nothing chosen. */
  public static final MethodChoice NONE =
      new MethodChoice(Optional.empty(), JsonNodeFactory.instance.objectNode(), Optional.empty());

  public MethodChoice {
    settings = settings.deepCopy();
  }

  @Override
  public ObjectNode settings() {
    return settings.deepCopy();
  }
}
