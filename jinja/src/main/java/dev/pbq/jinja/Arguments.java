package dev.pbq.jinja;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The arguments of a call of a function with known parameters; whoever reads them names each
 * parameter, and at the end none may be left over.
 */
final class Arguments {
  private final String function;
  private final List<Object> positional;
  private final Map<String, Object> named;
  private final Set<String> taken = new HashSet<>();
  private int parameters;

  Arguments(String function, List<Object> positional, Map<String, Object> named) {
    this.function = function;
    this.positional = positional;
    this.named = named;
  }

  boolean isNext() {
    return parameters < positional.size();
  }

  /** The next parameter's value, or what it is where nothing is given. */
  Object next(String name, Object otherwise) {
    int at = parameters++;
    if (at < positional.size()) {
      return positional.get(at);
    }
    if (named.containsKey(name)) {
      taken.add(name);
      return named.get(name);
    }
    return otherwise;
  }

  Object required(String name) {
    if (parameters >= positional.size() && !named.containsKey(name)) {
      throw JinjaException.broken(function + " needs an argument '" + name + "'");
    }
    return next(name, null);
  }

  /** A parameter that can only be named. */
  Object named(String name, Object otherwise) {
    taken.add(name);
    return named.getOrDefault(name, otherwise);
  }

  String text(String name) {
    return text(name, required(name));
  }

  String text(String name, Object value) {
    if (value instanceof String s) {
      return s;
    }
    throw JinjaException.broken(
        "argument '%s' of %s is %s, not a string".formatted(name, function, Values.type(value)));
  }

  int whole(String name, int otherwise) {
    Object value = next(name, (long) otherwise);
    if (!Numbers.isWhole(value)) {
      throw JinjaException.broken(
          "argument '%s' of %s is %s, not a whole number"
              .formatted(name, function, Values.type(value)));
    }
    long number = Numbers.whole(value);
    return (int) Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, number));
  }

  boolean truth(String name, boolean otherwise) {
    return Values.truth(next(name, otherwise));
  }

  /** Fails if more was given than was asked for. */
  void end() {
    if (positional.size() > parameters) {
      throw JinjaException.broken(function + " takes no " + positional.size() + " arguments");
    }
    for (String name : named.keySet()) {
      if (!taken.contains(name)) {
        throw JinjaException.broken(function + " takes no argument '" + name + "'");
      }
    }
  }
}
