package dev.pbq.jinja;

import dev.pbq.jinja.PyObjects.Callable;
import dev.pbq.jinja.PyObjects.Stream;
import dev.pbq.jinja.PyObjects.Undefined;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Jinja's tests: what stands behind {@code is}. */
final class Tests {
  boolean holds(String name, Object value, List<Object> positional, Map<String, Object> named) {
    Arguments in = new Arguments("test '" + name + "'", positional, named);
    boolean holds =
        switch (name) {
          case "defined" -> !(value instanceof Undefined);
          case "undefined" -> value instanceof Undefined;
          case "none" -> value == null;
          case "boolean" -> value instanceof Boolean;
          case "true" -> Boolean.TRUE.equals(value);
          case "false" -> Boolean.FALSE.equals(value);
          case "integer" -> value instanceof Long;
          case "float" -> value instanceof Double;
          case "number" -> Values.isNumber(value);
          case "string" -> value instanceof String;
          case "mapping" -> value instanceof Map;
          case "iterable" -> Values.isIterable(value);
          case "sequence" -> Values.isIterable(value) && !(value instanceof Stream);
          case "callable" -> value instanceof Callable;
          case "odd" -> Math.floorMod(whole(value), 2L) == 1;
          case "even" -> Math.floorMod(whole(value), 2L) == 0;
          case "divisibleby" -> {
            long by = whole(in.required("num"));
            if (by == 0) {
              throw JinjaException.broken("division by zero");
            }
            yield Math.floorMod(whole(value), by) == 0;
          }
          case "lower" -> lowerOrUpper(Values.string(value), false);
          case "upper" -> lowerOrUpper(Values.string(value), true);
          case "in" -> Values.contains(in.required("seq"), value);
          case "sameas" -> same(value, in.required("other"));
          case "eq", "equalto", "==" -> Values.equal(value, in.required("other"));
          case "ne", "!=" -> !Values.equal(value, in.required("other"));
          case "lt", "lessthan", "<" -> Values.compare(value, in.required("other")) < 0;
          case "le", "<=" -> Values.compare(value, in.required("other")) <= 0;
          case "gt", "greaterthan", ">" -> Values.compare(value, in.required("other")) > 0;
          case "ge", ">=" -> Values.compare(value, in.required("other")) >= 0;
          case "escaped", "filter", "test" ->
              throw JinjaException.unsupported("the test '" + name + "'");
          default -> throw JinjaException.broken("there is no test '" + name + "'");
        };
    in.end();
    return holds;
  }

  private static boolean lowerOrUpper(String text, boolean upper) {
    String same = upper ? text.toUpperCase(Locale.ROOT) : text.toLowerCase(Locale.ROOT);
    return text.equals(same) && text.codePoints().anyMatch(Tests::isCased);
  }

  private static boolean isCased(int c) {
    return Character.isLowerCase(c) || Character.isUpperCase(c) || Character.isTitleCase(c);
  }

  private static boolean same(Object a, Object b) {
    return (a == null || a instanceof Boolean || a instanceof Undefined)
        ? (a == b || (a != null && a.equals(b)))
        : a == b;
  }

  private static long whole(Object value) {
    if (!Numbers.isWhole(value)) {
      throw JinjaException.broken("a test of whole numbers got " + Values.type(value));
    }
    return Numbers.whole(value);
  }
}
