package dev.pbq.jinja;

import dev.pbq.jinja.PyObjects.Undefined;
import java.util.HashMap;
import java.util.Map;

/** Names and values of one block, in front of those of the blocks around it. */
final class Scope {
  private final Scope outer;
  private final Map<String, Object> values = new HashMap<>();

  Scope(Scope outer) {
    this.outer = outer;
  }

  Object get(String name) {
    for (Scope scope = this; scope != null; scope = scope.outer) {
      if (scope.values.containsKey(name)) {
        return scope.values.get(name);
      }
    }
    return new Undefined(name);
  }

  void set(String name, Object value) {
    values.put(name, value);
  }
}
