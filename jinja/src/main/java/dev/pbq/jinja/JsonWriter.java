package dev.pbq.jinja;

import dev.pbq.jinja.PyObjects.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The filter {@code tojson} as transformers defines it: Python's {@code json.dumps}, by default in
 * one line and with characters beyond ASCII as they are.
 */
final class JsonWriter {
  private final boolean ascii;
  private final String indent;
  private final String between;
  private final String colon;
  private final boolean sorted;
  private final Budget budget;
  private final StringBuilder out = new StringBuilder();

  private JsonWriter(Arguments in, Budget budget) {
    this.budget = budget;
    this.ascii = in.truth("ensure_ascii", false);
    Object width = in.next("indent", null);
    if (width != null && !(width instanceof String) && !Numbers.isWhole(width)) {
      throw JinjaException.broken("tojson's indent is " + Values.type(width));
    }
    if (width != null && !(width instanceof String)) {
      budget.items(Numbers.whole(width));
    }
    this.indent =
        width == null
            ? null
            : width instanceof String s ? s : " ".repeat((int) Math.max(0, Numbers.whole(width)));
    Object separators = in.next("separators", null);
    if (separators == null) {
      this.between = indent == null ? ", " : ",";
      this.colon = ": ";
    } else {
      List<Object> pair = Values.iterate(separators);
      if (pair.size() != 2) {
        throw JinjaException.broken("tojson's separators are not two");
      }
      this.between = Values.string(pair.get(0));
      this.colon = Values.string(pair.get(1));
    }
    this.sorted = in.truth("sort_keys", false);
    in.end();
  }

  static String write(Object value, Arguments in, Budget budget) {
    JsonWriter writer = new JsonWriter(in, budget);
    writer.value(value, "\n");
    return writer.out.toString();
  }

  private void value(Object value, String newline) {
    budget.step();
    budget.growing(out.length());
    if (value == null) {
      out.append("null");
    } else if (value instanceof Boolean || value instanceof Long) {
      out.append(value);
    } else if (value instanceof Double d) {
      out.append(real(d));
    } else if (value instanceof String s) {
      string(s);
    } else if (value instanceof List<?> list) {
      items(list, newline);
    } else if (value instanceof Tuple tuple) {
      items(tuple.items(), newline);
    } else if (value instanceof Map<?, ?> map) {
      object(map, newline);
    } else {
      throw JinjaException.broken(Values.type(value) + " cannot be written as JSON");
    }
  }

  private static String real(double value) {
    if (Double.isNaN(value)) {
      return "NaN";
    }
    return Double.isInfinite(value) ? (value > 0 ? "Infinity" : "-Infinity") : Numbers.repr(value);
  }

  private void items(List<?> items, String newline) {
    if (items.isEmpty()) {
      out.append("[]");
      return;
    }
    budget.enter();
    String inner = inner(newline);
    out.append('[');
    for (int i = 0; i < items.size(); i++) {
      out.append(i > 0 ? between : "").append(inner);
      value(items.get(i), newline + (indent == null ? "" : indent));
    }
    out.append(indent == null ? "" : newline).append(']');
    budget.leave();
  }

  private String inner(String newline) {
    return indent == null ? "" : newline + indent;
  }

  private void object(Map<?, ?> map, String newline) {
    if (map.isEmpty()) {
      out.append("{}");
      return;
    }
    budget.enter();
    List<Map.Entry<?, ?>> entries = new ArrayList<>(map.entrySet());
    if (sorted) {
      entries.sort((a, b) -> Values.compare(a.getKey(), b.getKey()));
    }
    String inner = inner(newline);
    out.append('{');
    for (int i = 0; i < entries.size(); i++) {
      out.append(i > 0 ? between : "").append(inner);
      key(entries.get(i).getKey());
      out.append(colon);
      value(entries.get(i).getValue(), newline + (indent == null ? "" : indent));
    }
    out.append(indent == null ? "" : newline).append('}');
    budget.leave();
  }

  private void key(Object key) {
    if (key instanceof String s) {
      string(s);
    } else if (key == null || key instanceof Long) {
      string(key == null ? "null" : key.toString());
    } else {
      throw JinjaException.broken(Values.type(key) + " cannot be a key of JSON");
    }
  }

  private void string(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '\f' -> out.append("\\f");
        case '\b' -> out.append("\\b");
        default -> {
          if (c < ' ' || (ascii && c > '~')) {
            out.append("\\u%04x".formatted((int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
