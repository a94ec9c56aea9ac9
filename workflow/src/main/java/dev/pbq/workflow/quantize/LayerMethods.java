package dev.pbq.workflow.quantize;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.Wording;
import dev.pbq.core.quant.Methods;
import dev.pbq.core.quant.Quantizer;
import dev.pbq.workflow.recipe.LayerOverride;
import dev.pbq.workflow.recipe.LayerPattern;
import dev.pbq.workflow.recipe.Recipe;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Gives each linear its method and settings: the main ones, changed by every override whose pattern
 * is found in the linear's name, in order.
 */
public final class LayerMethods implements Function<String, Quantizer> {
  private static final ObjectMapper JSON = new ObjectMapper();

  private record Rule(LayerOverride override, Pattern pattern) {}

  private final Methods registry;
  private final String method;
  private final ObjectNode options;
  private final List<Rule> rules = new ArrayList<>();
  private final Map<String, Quantizer> cache = new LinkedHashMap<>();

  LayerMethods(Methods registry, String method, ObjectNode options, List<LayerOverride> overrides) {
    this.registry = registry;
    this.method = method;
    this.options = options;
    overrides.forEach(
        o -> rules.add(new Rule(o, LayerPattern.compile(Wording.name("override"), o.layers()))));
  }

  /**
   * The methods of a recipe, for whoever has no model open.
   *
   * @throws dev.pbq.core.PbqException USAGE for a recipe without a method, or with one that there
   *     is not
   */
  public static LayerMethods of(Recipe recipe) {
    return new LayerMethods(
        Methods.load(), recipe.requireMethod(), RecipeRun.options(recipe), recipe.overrides());
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
}
