package dev.pbq.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The values of a template that Java has no type for. */
final class PyObjects {
  private PyObjects() {}

  /** A name, field or item that is not there; prints as nothing, and most uses of it are errors. */
  record Undefined(String what) {}

  /** A tuple: a list that is another type to Python. */
  record Tuple(List<Object> items) {
    Tuple {
      items = Collections.unmodifiableList(new ArrayList<>(items));
    }
  }

  /** Keys, values or items of a dictionary: can be walked through and counted, not indexed. */
  record View(List<Object> items) {}

  /** What filters such as map and select give: can be walked through, once. */
  record Stream(Iterator<Object> items) {}

  /** {@code namespace(...)}: fields that blocks further in may set. */
  record Namespace(Map<String, Object> fields) {
    Namespace() {
      this(new LinkedHashMap<>());
    }
  }

  /** Something that can be called: a function, a method or a macro. */
  interface Callable {
    Object call(List<Object> arguments, Map<String, Object> named);
  }

  /** The variable {@code loop}. */
  static final class Loop {
    private final List<Object> items;
    private int index;
    private Object lastChanged = new Object();

    Loop(List<Object> items) {
      this.items = items;
    }

    void moveTo(int next) {
      index = next;
    }

    Object field(String name) {
      int length = items.size();
      return switch (name) {
        case "index" -> (long) index + 1;
        case "index0" -> (long) index;
        case "revindex" -> (long) length - index;
        case "revindex0" -> (long) length - index - 1;
        case "first" -> index == 0;
        case "last" -> index == length - 1;
        case "length" -> (long) length;
        case "depth" -> 1L; // more only in recursive loops
        case "depth0" -> 0L;
        case "previtem" -> index > 0 ? items.get(index - 1) : new Undefined("loop.previtem");
        case "nextitem" ->
            index < length - 1 ? items.get(index + 1) : new Undefined("loop.nextitem");
        case "cycle" -> (Callable) (values, named) -> cycle(values);
        case "changed" -> (Callable) (values, named) -> changed(values);
        default -> new Undefined("loop." + name);
      };
    }

    private Object cycle(List<Object> values) {
      if (values.isEmpty()) {
        throw JinjaException.broken("loop.cycle has nothing to cycle through");
      }
      return values.get(index % values.size());
    }

    private boolean changed(List<Object> values) {
      boolean differs = !(lastChanged instanceof List<?> last) || !Values.equal(last, values);
      lastChanged = new ArrayList<>(values);
      return differs;
    }
  }
}
