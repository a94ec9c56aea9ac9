package dev.pbq.jinja;

import dev.pbq.jinja.PyObjects.Callable;
import dev.pbq.jinja.PyObjects.Loop;
import dev.pbq.jinja.PyObjects.Namespace;
import dev.pbq.jinja.PyObjects.Stream;
import dev.pbq.jinja.PyObjects.Tuple;
import dev.pbq.jinja.PyObjects.Undefined;
import dev.pbq.jinja.PyObjects.View;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What Python says of values: truth, printed form, equality, order, what can be walked through. */
final class Values {
  private Values() {}

  static boolean truth(Object value) {
    if (value == null || value instanceof Undefined) {
      return false;
    }
    if (value instanceof Boolean b) {
      return b;
    }
    if (value instanceof Number n) {
      return n.doubleValue() != 0;
    }
    if (value instanceof String s) {
      return !s.isEmpty();
    }
    if (value instanceof Map<?, ?> m) {
      return !m.isEmpty();
    }
    List<Object> items = sized(value);
    return items == null || !items.isEmpty();
  }

  /** The items of a list, tuple or view; null for anything else. */
  @SuppressWarnings("unchecked")
  static List<Object> sized(Object value) {
    if (value instanceof List<?> list) {
      return (List<Object>) list;
    }
    if (value instanceof Tuple tuple) {
      return tuple.items();
    }
    return value instanceof View view ? view.items() : null;
  }

  /** The items that a loop over the value sees. */
  static List<Object> iterate(Object value) {
    List<Object> items = sized(value);
    if (items != null) {
      return items;
    }
    List<Object> result = new ArrayList<>();
    if (value instanceof Undefined) {
      return result;
    }
    if (value instanceof String s) {
      s.codePoints().forEach(c -> result.add(Character.toString(c)));
      return result;
    }
    if (value instanceof Map<?, ?> map) {
      result.addAll(map.keySet());
      return result;
    }
    if (value instanceof Stream stream) {
      stream.items().forEachRemaining(result::add);
      return result;
    }
    throw JinjaException.broken(type(value) + " cannot be walked through");
  }

  static boolean isIterable(Object value) {
    return sized(value) != null
        || value instanceof String
        || value instanceof Map
        || value instanceof Stream
        || value instanceof Undefined;
  }

  static long length(Object value) {
    if (value instanceof String s) {
      return PyText.length(s);
    }
    if (value instanceof Map<?, ?> map) {
      return map.size();
    }
    if (value instanceof Undefined) {
      return 0;
    }
    List<Object> items = sized(value);
    if (items == null) {
      throw JinjaException.broken(type(value) + " has no length");
    }
    return items.size();
  }

  /** Python's {@code str}. */
  static String string(Object value) {
    if (value instanceof String s) {
      return s;
    }
    return value instanceof Undefined ? "" : repr(value);
  }

  /** Python's {@code repr}. */
  static String repr(Object value) {
    if (value == null) {
      return "None";
    }
    if (value instanceof Boolean b) {
      return b ? "True" : "False";
    }
    if (value instanceof Long n) {
      return n.toString();
    }
    if (value instanceof Double d) {
      return Numbers.repr(d);
    }
    if (value instanceof String s) {
      return PyText.repr(s);
    }
    StringBuilder out = new StringBuilder();
    if (value instanceof List<?> list) {
      join(out.append('['), list);
      return out.append(']').toString();
    }
    if (value instanceof Tuple tuple) {
      join(out.append('('), tuple.items());
      return out.append(tuple.items().size() == 1 ? ",)" : ")").toString();
    }
    if (value instanceof Map<?, ?> map) {
      out.append('{');
      map.forEach(
          (k, v) ->
              out.append(out.length() > 1 ? ", " : "")
                  .append(repr(k))
                  .append(": ")
                  .append(repr(v)));
      return out.append('}').toString();
    }
    throw JinjaException.unsupported("printing " + type(value));
  }

  private static void join(StringBuilder out, List<?> items) {
    for (int i = 0; i < items.size(); i++) {
      out.append(i > 0 ? ", " : "").append(repr(items.get(i)));
    }
  }

  static boolean isNumber(Object value) {
    return value instanceof Long || value instanceof Double || value instanceof Boolean;
  }

  static boolean equal(Object a, Object b) {
    if (isNumber(a) && isNumber(b)) {
      return Numbers.compare(a, b) == 0 && !Numbers.isNan(a) && !Numbers.isNan(b);
    }
    if (a instanceof List<?> x && b instanceof List<?> y) {
      return equalItems(x, y);
    }
    if (a instanceof Tuple x && b instanceof Tuple y) {
      return equalItems(x.items(), y.items());
    }
    if (a instanceof Map<?, ?> x && b instanceof Map<?, ?> y) {
      return x.size() == y.size()
          && x.entrySet().stream()
              .allMatch(e -> y.containsKey(e.getKey()) && equal(e.getValue(), y.get(e.getKey())));
    }
    if (a instanceof Undefined && b instanceof Undefined) {
      return true;
    }
    return (a instanceof Namespace || a instanceof Loop || a instanceof Callable)
        ? a == b
        : Objects.equals(a, b);
  }

  private static boolean equalItems(List<?> a, List<?> b) {
    if (a.size() != b.size()) {
      return false;
    }
    for (int i = 0; i < a.size(); i++) {
      if (!equal(a.get(i), b.get(i))) {
        return false;
      }
    }
    return true;
  }

  static int compare(Object a, Object b) {
    if (isNumber(a) && isNumber(b)) {
      if (Numbers.isNan(a) || Numbers.isNan(b)) {
        throw JinjaException.unsupported("ordering a NaN");
      }
      return Numbers.compare(a, b);
    }
    if (a instanceof String x && b instanceof String y) {
      return PyText.compare(x, y);
    }
    boolean sameKind =
        (a instanceof List && b instanceof List) || (a instanceof Tuple && b instanceof Tuple);
    if (!sameKind) {
      throw JinjaException.broken(type(a) + " and " + type(b) + " have no order");
    }
    List<Object> x = sized(a);
    List<Object> y = sized(b);
    for (int i = 0; i < Math.min(x.size(), y.size()); i++) {
      if (!equal(x.get(i), y.get(i))) {
        return compare(x.get(i), y.get(i));
      }
    }
    return Integer.compare(x.size(), y.size());
  }

  /** Python's {@code item in container}. */
  static boolean contains(Object container, Object item) {
    if (container instanceof String s) {
      if (!(item instanceof String part)) {
        throw JinjaException.broken("'in' a string takes a string, not " + type(item));
      }
      return s.contains(part);
    }
    if (container instanceof Map<?, ?> map) {
      return map.containsKey(key(item));
    }
    return iterate(container).stream().anyMatch(each -> equal(each, item));
  }

  /** A value as the key of a dictionary, where 1, 1.0 and True are one. */
  static Object key(Object value) {
    if (value instanceof Boolean || value instanceof Double) {
      throw JinjaException.unsupported(type(value) + " as the key of a dictionary");
    }
    if (value instanceof List || value instanceof Map) {
      throw JinjaException.broken(type(value) + " cannot be the key of a dictionary");
    }
    return value;
  }

  /** What a value is called in messages. */
  static String type(Object value) {
    if (value == null) {
      return "none";
    }
    if (value instanceof Undefined u) {
      return "'" + u.what() + "', which is not defined,";
    }
    if (value instanceof Boolean) {
      return "a boolean";
    }
    if (value instanceof Number) {
      return "a number";
    }
    if (value instanceof String) {
      return "a string";
    }
    if (value instanceof Map) {
      return "a dictionary";
    }
    if (value instanceof List) {
      return "a list";
    }
    if (value instanceof Tuple) {
      return "a tuple";
    }
    if (value instanceof View) {
      return "a view of a dictionary";
    }
    if (value instanceof Stream) {
      return "what a filter gives one by one";
    }
    return value instanceof Callable ? "a function" : "a namespace or loop";
  }
}
