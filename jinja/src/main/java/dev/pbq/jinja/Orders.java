package dev.pbq.jinja;

import dev.pbq.jinja.PyObjects.Stream;
import dev.pbq.jinja.PyObjects.Tuple;
import dev.pbq.jinja.PyObjects.Undefined;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/** The filters that compare the items of a list with one another, or add them up. */
final class Orders {
  private final Budget budget;

  Orders(Budget budget) {
    this.budget = budget;
  }

  /** What items are sorted or compared by: an attribute, in lower case unless case counts. */
  private static Function<Object, Object> key(Object attribute, boolean caseSensitive) {
    return item -> {
      Object value = attribute == null ? item : Methods.path(item, attribute);
      return !caseSensitive && value instanceof String s ? s.toLowerCase(Locale.ROOT) : value;
    };
  }

  List<Object> sort(Object value, Arguments in) {
    boolean reverse = in.truth("reverse", false);
    boolean caseSensitive = in.truth("case_sensitive", false);
    Object attribute = in.next("attribute", null);
    if (attribute instanceof String s && s.contains(",")) {
      throw JinjaException.unsupported("sorting by several attributes");
    }
    return sorted(Values.iterate(value), key(attribute, caseSensitive), reverse);
  }

  private List<Object> sorted(List<Object> items, Function<Object, Object> key, boolean reverse) {
    List<Object> sorted = new ArrayList<>(items);
    budget.steps(32L * sorted.size());
    Comparator<Object> order = (a, b) -> Values.compare(key.apply(a), key.apply(b));
    sorted.sort(reverse ? order.reversed() : order);
    return sorted;
  }

  List<Object> dictSort(Object value, Arguments in) {
    boolean caseSensitive = in.truth("case_sensitive", false);
    String by = in.text("by", in.next("by", "key"));
    boolean reverse = in.truth("reverse", false);
    if (!(value instanceof Map<?, ?> map)) {
      throw JinjaException.broken("dictsort takes a dictionary, not " + Values.type(value));
    }
    int at = by.equals("key") ? 0 : 1;
    Function<Object, Object> key = key(null, caseSensitive);
    return sorted(Methods.pairs(map), pair -> key.apply(((Tuple) pair).items().get(at)), reverse);
  }

  Stream unique(Object value, Arguments in) {
    Function<Object, Object> key =
        key(in.named("attribute", null), Values.truth(in.next("case_sensitive", false)));
    Map<Object, Object> seen = new LinkedHashMap<>();
    for (Object item : Values.iterate(value)) {
      seen.putIfAbsent(Values.key(key.apply(item)), item);
    }
    return new Stream(new ArrayList<>(seen.values()).iterator());
  }

  Object extreme(String name, Object value, Arguments in) {
    boolean caseSensitive = in.truth("case_sensitive", false);
    Function<Object, Object> key = key(in.next("attribute", null), caseSensitive);
    Object best = null;
    boolean any = false;
    for (Object item : Values.iterate(value)) {
      int order = any ? Values.compare(key.apply(item), key.apply(best)) : 0;
      if (!any || (name.equals("min") ? order < 0 : order > 0)) {
        best = item;
      }
      any = true;
    }
    return any ? best : new Undefined(name + " of nothing");
  }

  static Object sum(Object value, Arguments in) {
    Object attribute = in.next("attribute", null);
    Object sum = in.next("start", 0L);
    for (Object item : Values.iterate(value)) {
      Object each = attribute == null ? item : Methods.path(item, attribute);
      if (!Values.isNumber(sum) || !Values.isNumber(each)) {
        throw JinjaException.broken("sum takes numbers, not " + Values.type(each));
      }
      sum = Numbers.compute("+", sum, each);
    }
    return sum;
  }
}
