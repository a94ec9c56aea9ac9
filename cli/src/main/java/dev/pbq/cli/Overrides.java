package dev.pbq.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.quant.Quantizer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

  private record Rule(String text, Pattern pattern, ObjectNode changes) {}

  private final MethodRegistry registry;
  private final String method;
  private final ObjectNode options;
  private final List<Rule> rules = new ArrayList<>();
  private final Map<String, Quantizer> cache = new LinkedHashMap<>();

  Overrides(MethodRegistry registry, String method, ObjectNode options, List<String> overrides) {
    this.registry = registry;
    this.method = method;
    this.options = options;
    overrides.forEach(text -> rules.add(parse(text)));
  }

  @Override
  public Quantizer apply(String linear) {
    String chosen = method;
    ObjectNode settings = options.deepCopy();
    for (Rule rule : rules) {
      if (!rule.pattern().matcher(linear).find()) {
        continue;
      }
      if (rule.changes().has(METHOD)) {
        // Another method has other settings: nothing is carried over.
        chosen = rule.changes().get(METHOD).asText();
        settings = JSON.createObjectNode();
      }
      settings.setAll(rule.changes());
      settings.remove(METHOD);
    }
    String name = chosen;
    ObjectNode complete = settings;
    return cache.computeIfAbsent(
        chosen + settings, key -> registry.configure(name, complete).quantizer());
  }

  /** The rules as the user wrote them, for the record of the run. */
  List<String> texts() {
    return rules.stream().map(Rule::text).toList();
  }

  private static Rule parse(String text) {
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
      MethodOptions.put(changes, pair.substring(0, colon), pair.substring(colon + 1));
    }
    return new Rule(text, pattern("--override", text.substring(0, equals)), changes);
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
