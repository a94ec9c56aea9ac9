package dev.pbq.jinja;

import dev.pbq.jinja.PyObjects.Stream;
import dev.pbq.jinja.PyObjects.Undefined;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Jinja's filters. */
final class Filters {
  private static final Set<String> UNSUPPORTED =
      Set.of(
          "attr",
          "batch",
          "e",
          "escape",
          "filesizeformat",
          "forceescape",
          "format",
          "groupby",
          "pprint",
          "random",
          "safe",
          "slice",
          "striptags",
          "truncate",
          "urlencode",
          "urlize",
          "wordwrap",
          "xmlattr");
  private static final Pattern WORD_BEGINNING = Pattern.compile("[-\\s({\\[<]+");
  private static final Pattern WORD = Pattern.compile("\\w+", Pattern.UNICODE_CHARACTER_CLASS);

  private final Budget budget;
  private final StringMethods strings;
  private final Tests tests;
  private final Orders orders;

  Filters(Budget budget, Tests tests) {
    this.budget = budget;
    this.strings = new StringMethods(budget);
    this.tests = tests;
    this.orders = new Orders(budget);
  }

  Object apply(String name, Object value, List<Object> positional, Map<String, Object> named) {
    Arguments in = new Arguments("filter '" + name + "'", positional, named);
    Object result = apply(name, value, in, positional, named);
    return budget.made(result);
  }

  private Object apply(
      String name, Object value, Arguments in, List<Object> positional, Map<String, Object> named) {
    switch (name) {
      case "map" -> {
        return map(value, positional, named);
      }
      case "select", "reject", "selectattr", "rejectattr" -> {
        return select(name, value, positional, named);
      }
      case "tojson" -> {
        return JsonWriter.write(value, in, budget);
      }
      default -> {}
    }
    Object result =
        switch (name) {
          case "abs" -> abs(value);
          case "capitalize" -> StringMethods.capitalize(Values.string(value));
          case "lower" -> Values.string(value).toLowerCase(Locale.ROOT);
          case "upper" -> Values.string(value).toUpperCase(Locale.ROOT);
          case "title" -> title(Values.string(value));
          case "trim" ->
              StringMethods.strip(Values.string(value), in.next("chars", null), true, true);
          case "string" -> Values.string(value);
          case "replace" ->
              strings.replace(
                  Values.string(value),
                  Values.string(in.required("old")),
                  Values.string(in.required("new")),
                  in.whole("count", -1));
          case "indent" -> indent(Values.string(value), in);
          case "center" ->
              strings.call(
                  "center", Values.string(value), new Arguments("center", width(in), Map.of()));
          case "wordcount" -> WORD.matcher(Values.string(value)).results().count();
          case "default", "d" -> {
            Object otherwise = in.next("default_value", "");
            boolean empty = in.truth("boolean", false);
            yield value instanceof Undefined || (empty && !Values.truth(value)) ? otherwise : value;
          }
          case "length", "count" -> Values.length(value);
          case "first" -> first(Values.iterate(value));
          case "last" -> last(value);
          case "list" -> new ArrayList<>(Values.iterate(value));
          case "items" -> items(value);
          case "join" -> join(value, in);
          case "reverse" -> reverse(value);
          case "sort" -> orders.sort(value, in);
          case "dictsort" -> orders.dictSort(value, in);
          case "unique" -> orders.unique(value, in);
          case "min", "max" -> orders.extreme(name, value, in);
          case "sum" -> Orders.sum(value, in);
          case "int" -> whole(value, in.next("default", 0L), in.whole("base", 10));
          case "float" -> real(value, in.next("default", 0.0));
          case "round" -> round(value, in.whole("precision", 0), in.next("method", "common"));
          default -> {
            if (UNSUPPORTED.contains(name)) {
              throw JinjaException.unsupported("the filter '" + name + "'");
            }
            throw JinjaException.broken("there is no filter '" + name + "'");
          }
        };
    in.end();
    return result;
  }

  private static List<Object> width(Arguments in) {
    return List.of((long) in.whole("width", 80));
  }

  private static Object abs(Object value) {
    if (!Values.isNumber(value)) {
      throw JinjaException.broken("abs takes a number, not " + Values.type(value));
    }
    return Numbers.isWhole(value)
        ? (Object) Math.abs(Numbers.whole(value))
        : (Object) Math.abs(Numbers.real(value));
  }

  private static String title(String s) {
    StringBuilder out = new StringBuilder();
    Matcher matcher = WORD_BEGINNING.matcher(s);
    int from = 0;
    while (matcher.find()) {
      out.append(StringMethods.capitalize(s.substring(from, matcher.start())));
      out.append(matcher.group());
      from = matcher.end();
    }
    return out.append(StringMethods.capitalize(s.substring(from))).toString();
  }

  private String indent(String s, Arguments in) {
    Object width = in.next("width", 4L);
    boolean first = in.truth("first", false);
    boolean blank = in.truth("blank", false);
    if (!(width instanceof String) && !Numbers.isWhole(width)) {
      throw JinjaException.broken("indent's width is " + Values.type(width));
    }
    if (!(width instanceof String)) {
      budget.items(Numbers.whole(width));
    }
    String by =
        width instanceof String text ? text : " ".repeat((int) Math.max(0, Numbers.whole(width)));
    List<Object> lines = StringMethods.lines(s + "\n", false);
    budget.text(s.length() + (long) lines.size() * by.length());
    StringBuilder out = new StringBuilder(first ? by : "");
    for (int i = 0; i < lines.size(); i++) {
      String line = (String) lines.get(i);
      out.append(i == 0 ? "" : blank || !line.isEmpty() ? "\n" + by : "\n").append(line);
    }
    return out.toString();
  }

  private static Object first(List<Object> items) {
    return items.isEmpty() ? new Undefined("first of nothing") : items.get(0);
  }

  private static Object last(Object value) {
    if (value instanceof Stream) {
      throw JinjaException.broken("last takes a list, not " + Values.type(value));
    }
    List<Object> items = Values.iterate(value);
    return items.isEmpty() ? new Undefined("last of nothing") : items.get(items.size() - 1);
  }

  private static Object items(Object value) {
    if (value instanceof Undefined) {
      return new Stream(Collections.emptyIterator());
    }
    if (!(value instanceof Map<?, ?> map)) {
      throw JinjaException.broken("items takes a dictionary, not " + Values.type(value));
    }
    return new Stream(Methods.pairs(map).iterator());
  }

  private String join(Object value, Arguments in) {
    String separator = Values.string(in.next("d", ""));
    Object attribute = in.next("attribute", null);
    StringBuilder out = new StringBuilder();
    boolean more = false;
    for (Object item : Values.iterate(value)) {
      Object shown = attribute == null ? item : Methods.path(item, attribute);
      out.append(more ? separator : "").append(Values.string(shown));
      more = true;
      budget.growing(out.length());
    }
    return out.toString();
  }

  private static Object reverse(Object value) {
    if (value instanceof String s) {
      return new StringBuilder(s).reverse().toString();
    }
    List<Object> items = new ArrayList<>(Values.iterate(value));
    Collections.reverse(items);
    return new Stream(items.iterator());
  }

  private static Object whole(Object value, Object otherwise, int base) {
    if (base != 10) {
      throw JinjaException.unsupported("int of another base");
    }
    if (Numbers.isWhole(value)) {
      return Numbers.whole(value);
    }
    if (value instanceof Double d) {
      return Double.isNaN(d) || Double.isInfinite(d) ? otherwise : (Object) (long) (double) d;
    }
    String text = value instanceof String s ? s.strip() : "";
    if (text.matches("[+-]?\\d{1,18}")) {
      return Long.parseLong(text);
    }
    Object real = real(value, null);
    return real == null ? otherwise : whole(real, otherwise, base);
  }

  private static Object real(Object value, Object otherwise) {
    if (Values.isNumber(value)) {
      return Numbers.real(value);
    }
    String text = value instanceof String s ? s.strip() : "";
    return text.matches("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?")
        ? (Object) Double.parseDouble(text)
        : otherwise;
  }

  private static Object round(Object value, int precision, Object method) {
    if (!Values.isNumber(value)) {
      throw JinjaException.broken("round takes a number, not " + Values.type(value));
    }
    if (method.equals("common")) {
      return Numbers.isWhole(value) && precision >= 0
          ? (Object) Numbers.whole(value)
          : (Object) Numbers.round(Numbers.real(value), precision);
    }
    double scale = Math.pow(10, precision);
    double scaled = Numbers.real(value) * scale;
    return (method.equals("ceil") ? Math.ceil(scaled) : Math.floor(scaled)) / scale;
  }

  private Stream map(Object value, List<Object> positional, Map<String, Object> named) {
    Function<Object, Object> each;
    if (positional.isEmpty() && named.containsKey("attribute")) {
      Object attribute = named.get("attribute");
      each =
          item -> {
            Object found = Methods.path(item, attribute);
            return found instanceof Undefined && named.get("default") != null
                ? named.get("default")
                : found;
          };
    } else if (!positional.isEmpty() && positional.get(0) instanceof String name) {
      List<Object> rest = positional.subList(1, positional.size());
      each = item -> apply(name, item, rest, named);
    } else {
      throw JinjaException.broken("map takes the name of a filter or an attribute");
    }
    return stream(Values.iterate(value), each);
  }

  private Stream stream(List<Object> items, Function<Object, Object> each) {
    budget.steps(items.size());
    List<Object> made = new ArrayList<>(items.size());
    items.forEach(item -> made.add(each.apply(item)));
    return new Stream(made.iterator());
  }

  private Stream select(
      String name, Object value, List<Object> positional, Map<String, Object> named) {
    boolean byAttribute = name.endsWith("attr");
    int skipped = byAttribute ? 1 : 0;
    if (positional.size() < skipped) {
      throw JinjaException.broken(name + " takes an attribute");
    }
    Predicate<Object> test = Values::truth;
    if (positional.size() > skipped) {
      Object testName = positional.get(skipped);
      List<Object> rest = positional.subList(skipped + 1, positional.size());
      test = item -> tests.holds(Values.string(testName), item, rest, named);
    }
    List<Object> kept = new ArrayList<>();
    for (Object item : Values.iterate(value)) {
      budget.step();
      Object tested = byAttribute ? Methods.path(item, positional.get(0)) : item;
      if (test.test(tested) != name.startsWith("reject")) {
        kept.add(item);
      }
    }
    return new Stream(kept.iterator());
  }
}
