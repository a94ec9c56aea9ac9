package dev.pbq.export.gguf.file;

import dev.pbq.core.PbqException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.Function;

/** The keys and values of a GGUF file, by the kind that a reader expects. */
public final class GgufMetadata {
  private final Path file;
  private final Map<String, Object> values;

  GgufMetadata(Path file, Map<String, Object> values) {
    this.file = file;
    this.values = values;
  }

  /** Refuses one part of a model that was split into several files. */
  void requireWhole() {
    int parts = count("split.count").orElse(1);
    if (parts > 1) {
      throw bad(
          "this is one of "
              + parts
              + " files that a model was split into; llama.cpp's gguf-split merges them into one");
    }
  }

  public boolean has(String key) {
    return values.containsKey(key);
  }

  /** A text. */
  public Optional<String> text(String key) {
    return Optional.ofNullable(values.get(key))
        .map(
            v ->
                Optional.of(v)
                    .filter(String.class::isInstance)
                    .map(String.class::cast)
                    .orElseThrow(() -> wrong(key, "a text")));
  }

  /** A flag. */
  public Optional<Boolean> flag(String key) {
    return Optional.ofNullable(values.get(key))
        .map(
            v ->
                Optional.of(v)
                    .filter(Boolean.class::isInstance)
                    .map(Boolean.class::cast)
                    .orElseThrow(() -> wrong(key, "a flag")));
  }

  /** A positive integer. */
  public OptionalInt count(String key) {
    return integer(key, 1);
  }

  /** The id of a token. */
  public OptionalInt id(String key) {
    return integer(key, 0);
  }

  private OptionalInt integer(String key, int least) {
    Object value = values.get(key);
    if (value == null) {
      return OptionalInt.empty();
    }
    if (value instanceof Long n && n >= least && n <= Integer.MAX_VALUE) {
      return OptionalInt.of(n.intValue());
    }
    throw wrong(key, least == 1 ? "a positive integer" : "an id");
  }

  /** A positive integer that must be there. */
  public int requireCount(String key) {
    return count(key).orElseThrow(() -> bad("key " + key + " is missing"));
  }

  /**
   * A finite number. One that is stored as float32 is given as the shortest decimal that means it,
   * which is what the model's configuration said: 1e-5, not 9.999999747378752e-06.
   */
  public OptionalDouble number(String key) {
    Object value = values.get(key);
    if (value == null) {
      return OptionalDouble.empty();
    }
    if (value instanceof Number n && Double.isFinite(n.doubleValue())) {
      return OptionalDouble.of(
          value instanceof Float f ? Double.parseDouble(f.toString()) : n.doubleValue());
    }
    throw wrong(key, "a finite number");
  }

  /** Whether a key holds a list. */
  public boolean isList(String key) {
    return values.get(key) instanceof List<?>;
  }

  /** A list of texts; empty if the key is absent. */
  public List<String> texts(String key) {
    return list(key, "a list of texts", v -> v instanceof String s ? s : null);
  }

  /** A list of integers within the range of int; empty if the key is absent. */
  public List<Integer> integers(String key) {
    return list(
        key,
        "a list of integers",
        v -> v instanceof Long n && n == n.intValue() ? (Integer) n.intValue() : null);
  }

  /** A list of numbers; empty if the key is absent. */
  public List<Float> numbers(String key) {
    return list(
        key,
        "a list of numbers",
        v ->
            v instanceof Number n && Float.isFinite(n.floatValue())
                ? (Float) n.floatValue()
                : null);
  }

  /** A list of flags; empty if the key is absent. */
  public List<Boolean> flags(String key) {
    return list(key, "a list of flags", v -> v instanceof Boolean b ? b : null);
  }

  private <T> List<T> list(String key, String expected, Function<Object, T> item) {
    Object value = values.get(key);
    if (value == null) {
      return List.of();
    }
    if (!(value instanceof List<?> items)) {
      throw wrong(key, expected);
    }
    List<T> all = new ArrayList<>(items.size());
    for (Object v : items) {
      T converted = item.apply(v);
      if (converted == null) {
        throw wrong(key, expected);
      }
      all.add(converted);
    }
    return all;
  }

  private PbqException wrong(String key, String expected) {
    return bad("key " + key + " is not " + expected);
  }

  /** A failure that names the file. */
  public PbqException bad(String what) {
    return PbqException.badData(file + ": " + GgufFile.printable(what));
  }
}
