package dev.pbq.jinja;

import dev.pbq.jinja.PyObjects.Callable;
import dev.pbq.jinja.PyObjects.Namespace;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** The functions that every chat template has. */
final class Globals {
  private final Budget budget;
  private final Supplier<LocalDateTime> clock;

  Globals(Budget budget, Supplier<LocalDateTime> clock) {
    this.budget = budget;
    this.clock = clock;
  }

  Scope scope() {
    Scope scope = new Scope(null);
    scope.set("range", (Callable) this::range);
    scope.set("namespace", (Callable) (a, n) -> namespace(a, n));
    scope.set("dict", (Callable) (a, n) -> dict("dict", a, n));
    scope.set(
        "raise_exception",
        (Callable)
            (a, n) -> {
              Arguments in = new Arguments("raise_exception", a, n);
              throw JinjaException.raised(Values.string(in.required("message")));
            });
    scope.set(
        "strftime_now",
        (Callable)
            (a, n) ->
                Clock.format(clock.get(), new Arguments("strftime_now", a, n).text("format")));
    for (String name : List.of("lipsum", "cycler", "joiner")) {
      scope.set(
          name,
          (Callable)
              (a, n) -> {
                throw JinjaException.unsupported("the function '" + name + "'");
              });
    }
    return scope;
  }

  private Object range(List<Object> positional, Map<String, Object> named) {
    Arguments in = new Arguments("range", positional, named);
    int first = in.whole("start", 0);
    boolean both = in.isNext();
    int start = both ? first : 0;
    int stop = both ? in.whole("stop", 0) : first;
    int step = in.whole("step", 1);
    in.end();
    if (step == 0) {
      throw JinjaException.broken("range has the step 0");
    }
    if (positional.isEmpty()) {
      throw JinjaException.broken("range needs an argument");
    }
    long span = (step > 0 ? (long) stop - start : (long) start - stop);
    long count = Math.max(0, (span + Math.abs((long) step) - 1) / Math.abs((long) step));
    if (count > 100_000) {
      throw JinjaException.limit("a range of more than 100000 numbers");
    }
    budget.items(count);
    List<Object> numbers = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      numbers.add(start + i * step);
    }
    return numbers;
  }

  private static Namespace namespace(List<Object> positional, Map<String, Object> named) {
    Namespace namespace = new Namespace();
    for (Map.Entry<Object, Object> e : dict("namespace", positional, named).entrySet()) {
      if (!(e.getKey() instanceof String name) || name.startsWith("_")) {
        throw JinjaException.broken("a namespace has no field '" + e.getKey() + "'");
      }
      namespace.fields().put(name, e.getValue());
    }
    return namespace;
  }

  private static Map<Object, Object> dict(
      String function, List<Object> positional, Map<String, Object> named) {
    Map<Object, Object> map = new LinkedHashMap<>();
    if (positional.size() > 1) {
      throw JinjaException.broken(function + " takes one argument");
    }
    for (Object given : positional) {
      if (given instanceof Map<?, ?> other) {
        map.putAll(other);
        continue;
      }
      for (Object pair : Values.iterate(given)) {
        List<Object> both = Values.iterate(pair);
        if (both.size() != 2) {
          throw JinjaException.broken(function + " takes pairs");
        }
        map.put(Values.key(both.get(0)), both.get(1));
      }
    }
    map.putAll(named);
    return map;
  }
}
