package dev.pbq.jinja;

import dev.pbq.jinja.PyObjects.Tuple;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A chat template, read. Rendering it gives what transformers' {@code apply_chat_template} gives,
 * or fails; it may be rendered from several threads. Source: Jinja 3.1 with {@code trim_blocks},
 * {@code lstrip_blocks}, loop controls and transformers 5's own functions and {@code tojson}, in
 * its immutable sandbox.
 */
public final class JinjaTemplate {
  private final List<Statement> statements;
  private final JinjaLimits limits;

  private JinjaTemplate(List<Statement> statements, JinjaLimits limits) {
    this.statements = statements;
    this.limits = limits;
  }

  /**
   * Reads a template, in time linear in its length.
   *
   * @throws JinjaException with the line, if it breaks Jinja's rules or is nested too deeply
   */
  public static JinjaTemplate parse(String template, JinjaLimits limits) {
    return new JinjaTemplate(StatementParser.parse(template, limits), limits);
  }

  /**
   * The template's text for values of variables: null, Boolean, Integer, Long, Double, String, List
   * and Map of these.
   *
   * @param clock the local time, for {@code strftime_now}
   * @throws JinjaException with the line, if rendering fails, is refused by the template, takes
   *     more than the limits, or needs something that is not supported
   * @throws IllegalArgumentException for a value of another type
   */
  public String render(Map<String, ?> variables, Supplier<LocalDateTime> clock) {
    Budget budget = new Budget(limits);
    Scope scope = new Scope(new Globals(budget, clock).scope());
    variables.forEach((name, value) -> scope.set(name, python(value)));
    return new Interpreter(budget).run(statements, new Scope(scope));
  }

  private static Object python(Object value) {
    if (value == null
        || value instanceof Boolean
        || value instanceof Long
        || value instanceof Double
        || value instanceof String
        || value instanceof Tuple) {
      return value;
    }
    if (value instanceof Integer number) {
      return (long) number;
    }
    if (value instanceof List<?> list) {
      List<Object> copy = new ArrayList<>();
      list.forEach(item -> copy.add(python(item)));
      return copy;
    }
    if (value instanceof Map<?, ?> map) {
      Map<Object, Object> copy = new LinkedHashMap<>();
      map.forEach((key, item) -> copy.put(key, python(item)));
      return copy;
    }
    throw new IllegalArgumentException("no value of a template: " + value.getClass());
  }
}
