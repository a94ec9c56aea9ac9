package dev.pbq.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.quant.Methods;
import dev.pbq.core.quant.Quantizer;
import dev.pbq.core.quant.SettingValues;
import dev.pbq.workflow.recipe.LayerOverride;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Gives each linear its method and settings: the main ones, changed by every {@code --override
 * REGEX=key:value,...} whose pattern is found in the linear's name, in order.
 */
final class Overrides implements Function<String, Quantizer> {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String METHOD = "method";

  private record Rule(LayerOverride override, Pattern pattern) {}

  private final Methods registry;
  private final String method;
  private final ObjectNode options;
  private final List<Rule> rules = new ArrayList<>();
  private final Map<String, Quantizer> cache = new LinkedHashMap<>();

  Overrides(Methods registry, String method, ObjectNode options, List<LayerOverride> overrides) {
    this.registry = registry;
    this.method = method;
    this.options = options;
    overrides.forEach(o -> rules.add(new Rule(o, pattern("--override", o.layers()))));
  }

  @Override
  public Quantizer apply(String linear) {
    String chosen = method;
    ObjectNode settings = options.deepCopy();
    for (Rule rule : rules) {
      if (!rule.pattern().matcher(linear).find()) {
        continue;
      }
      if (rule.override().method().isPresent()) {
        // Another method has other settings: nothing is carried over.
        chosen = rule.override().method().get();
        settings = JSON.createObjectNode();
      }
      settings.setAll(rule.override().settings());
    }
    String name = chosen;
    ObjectNode complete = settings;
    return cache.computeIfAbsent(
        chosen + settings, key -> registry.configure(name, complete).quantizer());
  }

  /** The rules as the command line takes them, for the record of the run. */
  List<String> texts() {
    return rules.stream().map(rule -> rule.override().text()).toList();
  }

  /** Reads {@code REGEX=key:value,...}. */
  static LayerOverride parse(String text) {
    int equals = text.lastIndexOf('=');
    if (equals < 1) {
      throw PbqException.usage("--override '" + text + "' is not of the form REGEX=key:value,...");
    }
    ObjectNode changes = JSON.createObjectNode();
    for (String pair : text.substring(equals + 1).split(",", -1)) {
      int colon = pair.indexOf(':');
      if (colon < 1) {
        throw PbqException.usage(
            "--override '" + text + "': '" + pair + "' is not of the form key:value");
      }
      SettingValues.put(changes, pair.substring(0, colon), pair.substring(colon + 1));
    }
    JsonNode other = changes.remove(METHOD);
    String layers = text.substring(0, equals);
    pattern("--override", layers);
    return new LayerOverride(layers, Optional.ofNullable(other).map(JsonNode::asText), changes);
  }

  /** A regular expression given on the command line. */
  static Pattern pattern(String option, String regex) {
    try {
      return Pattern.compile(regex);
    } catch (PatternSyntaxException e) {
      throw PbqException.usage(
          option + ": '" + regex + "' is not a regular expression: " + e.getDescription());
    }
  }
}
