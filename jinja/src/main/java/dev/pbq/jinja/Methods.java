package dev.pbq.jinja;

import dev.pbq.jinja.PyObjects.Callable;
import dev.pbq.jinja.PyObjects.Loop;
import dev.pbq.jinja.PyObjects.Namespace;
import dev.pbq.jinja.PyObjects.Tuple;
import dev.pbq.jinja.PyObjects.Undefined;
import dev.pbq.jinja.PyObjects.View;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Fields, items, slices and methods of values. Templates run in transformers' immutable sandbox:
 * methods that change a list or dictionary are refused there and here.
 */
final class Methods {
  private static final Set<String> CHANGING =
      Set.of(
          "add",
          "append",
          "clear",
          "discard",
          "extend",
          "insert",
          "pop",
          "popitem",
          "remove",
          "reverse",
          "setdefault",
          "sort",
          "update");

  private final Budget budget;
  private final StringMethods strings;

  Methods(Budget budget) {
    this.budget = budget;
    this.strings = new StringMethods(budget);
  }

  /** {@code value.name}: a method or field, else an item of that key. */
  Object attribute(Object value, String name) {
    Object method = method(value, name);
    if (method != null) {
      return method;
    }
    if (value instanceof Map<?, ?> map && map.containsKey(name)) {
      return map.get(name);
    }
    return field(value, name);
  }

  /** {@code value[key]}: an item, else a method or field of that name. */
  Object item(Object value, Object key) {
    if (value instanceof Map<?, ?> map) {
      if (map.containsKey(Values.key(key))) {
        return map.get(key);
      }
    } else if (Numbers.isWhole(key) && isSequence(value)) {
      return at(value, Numbers.whole(key));
    }
    if (key instanceof String name) {
      Object method = method(value, name);
      return method != null ? method : field(value, name);
    }
    if (value instanceof Undefined undefined) {
      throw undefined(undefined);
    }
    return new Undefined(Values.type(key) + " of " + Values.type(value));
  }

  private static boolean isSequence(Object value) {
    return value instanceof String || value instanceof List || value instanceof Tuple;
  }

  private static Object at(Object value, long index) {
    long length = Values.length(value);
    long place = index < 0 ? index + length : index;
    if (place < 0 || place >= length) {
      return new Undefined("item " + index + " of " + length);
    }
    if (value instanceof String s) {
      int start = s.offsetByCodePoints(0, (int) place);
      return Character.toString(s.codePointAt(start));
    }
    return Values.sized(value).get((int) place);
  }

  private static Object field(Object value, String name) {
    if (value instanceof Undefined undefined) {
      throw undefined(undefined);
    }
    if (name.startsWith("__")) {
      throw JinjaException.unsupported("the field '" + name + "'");
    }
    if (value instanceof Namespace namespace && namespace.fields().containsKey(name)) {
      return namespace.fields().get(name);
    }
    return value instanceof Loop loop ? loop.field(name) : new Undefined(name);
  }

  static JinjaException undefined(Undefined value) {
    return JinjaException.broken("'" + value.what() + "' is not defined");
  }

  /** {@code a.b.0} as the filters with attributes read it. */
  static Object path(Object item, Object path) {
    Methods plain = new Methods(new Budget(JinjaLimits.DEFAULT));
    if (!(path instanceof String text)) {
      return plain.item(item, path);
    }
    Object value = item;
    for (String part : text.split("\\.", -1)) {
      value = plain.item(value, part.matches("\\d{1,9}") ? (Object) Long.valueOf(part) : part);
    }
    return value;
  }

  /** {@code value[start:stop:step]}; what is left out is null. */
  Object slice(Object value, Object start, Object stop, Object step) {
    if (value instanceof Undefined undefined) {
      throw undefined(undefined);
    }
    if (!isSequence(value)) {
      throw JinjaException.broken(Values.type(value) + " cannot be cut");
    }
    long by = step == null ? 1 : bound(step);
    if (by == 0) {
      throw JinjaException.broken("a slice has the step 0");
    }
    int[] points = value instanceof String s ? PyText.points(s) : null;
    long length = points != null ? points.length : Values.length(value);
    long low = by > 0 ? 0 : -1;
    long high = by > 0 ? length : length - 1;
    long from = start == null ? (by > 0 ? low : high) : clamp(bound(start), length, low, high);
    long to = stop == null ? (by > 0 ? high : low) : clamp(bound(stop), length, low, high);
    StringBuilder text = new StringBuilder();
    List<Object> items = new ArrayList<>();
    for (long i = from; by > 0 ? i < to : i > to; i += by) {
      if (points != null) {
        text.appendCodePoint(points[(int) i]);
      } else {
        items.add(Values.sized(value).get((int) i));
      }
    }
    budget.steps(length >> 6);
    return points != null ? text.toString() : value instanceof Tuple ? new Tuple(items) : items;
  }

  private static long bound(Object value) {
    if (!Numbers.isWhole(value)) {
      throw JinjaException.broken("a slice is cut at " + Values.type(value));
    }
    long number = Numbers.whole(value);
    return Math.max(-(1L << 40), Math.min(1L << 40, number));
  }

  private static long clamp(long bound, long length, long low, long high) {
    long place = bound < 0 ? bound + length : bound;
    return Math.max(low, Math.min(high, place));
  }

  private Object method(Object value, String name) {
    if (value instanceof String s) {
      return StringMethods.has(name)
          ? (Callable) (a, n) -> strings.call(name, s, new Arguments(name, a, n))
          : null;
    }
    boolean container = value instanceof List || value instanceof Map;
    if (container && CHANGING.contains(name) && !(value instanceof List && name.equals("update"))) {
      return (Callable)
          (a, n) -> {
            throw JinjaException.broken("'" + name + "' would change a value of the template");
          };
    }
    if (value instanceof Map<?, ?> map) {
      return ofMap(map, name);
    }
    return value instanceof List || value instanceof Tuple ? ofList(value, name) : null;
  }

  /** The pairs of a dictionary, as tuples. */
  static List<Object> pairs(Map<?, ?> map) {
    List<Object> pairs = new ArrayList<>();
    map.forEach((k, v) -> pairs.add(new Tuple(Arrays.asList(k, v))));
    return pairs;
  }

  private static Callable ofMap(Map<?, ?> map, String name) {
    return switch (name) {
      case "items" -> none(name, () -> new View(pairs(map)));
      case "keys" -> none(name, () -> new View(new ArrayList<>(map.keySet())));
      case "values" -> none(name, () -> new View(new ArrayList<>(map.values())));
      case "copy" -> none(name, () -> new LinkedHashMap<>(map));
      case "get" ->
          (a, n) -> {
            Arguments in = new Arguments(name, a, n);
            Object key = Values.key(in.required("key"));
            Object otherwise = in.next("default", null);
            in.end();
            return map.containsKey(key) ? map.get(key) : otherwise;
          };
      default -> null;
    };
  }

  private static Callable none(String name, Supplier<Object> result) {
    return (a, n) -> {
      new Arguments(name, a, n).end();
      return result.get();
    };
  }

  private static Callable ofList(Object list, String name) {
    List<Object> items = Values.sized(list);
    return switch (name) {
      case "copy" -> list instanceof List ? none(name, () -> new ArrayList<>(items)) : null;
      case "count" ->
          (a, n) -> {
            Object wanted = new Arguments(name, a, n).required("value");
            return items.stream().filter(item -> Values.equal(item, wanted)).count();
          };
      case "index" ->
          (a, n) -> {
            Arguments in = new Arguments(name, a, n);
            Object wanted = in.required("value");
            in.end();
            for (int i = 0; i < items.size(); i++) {
              if (Values.equal(items.get(i), wanted)) {
                return (long) i;
              }
            }
            throw JinjaException.broken("the list does not hold what 'index' looks for");
          };
      default -> null;
    };
  }
}
