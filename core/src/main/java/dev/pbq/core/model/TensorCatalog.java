package dev.pbq.core.model;

import dev.pbq.core.PbqException;
import dev.pbq.core.tensor.WeightSource;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The tensors of a model with their shapes, in the model's order. Filled once, then only read. */
final class TensorCatalog {
  private final Map<String, long[]> shapes = new LinkedHashMap<>();
  private final Set<String> overVocabulary = new LinkedHashSet<>();
  private final Set<String> optional = new LinkedHashSet<>();
  private final Map<String, StoredForm> stored = new HashMap<>();

  void vector(String name, long length) {
    shapes.put(name, new long[] {length});
  }

  /** A tensor under its whole name. */
  void tensor(String name, long... shape) {
    shapes.put(name, shape.clone());
  }

  /** Another form in which checkpoints hold a tensor of the model. */
  void stored(String name, StoredForm form) {
    stored.put(name, form);
  }

  /** The other form that checkpoints may hold a tensor in. */
  Optional<StoredForm> stored(String name) {
    return Optional.ofNullable(stored.get(name));
  }

  /** All names, with those of other forms and of what checkpoints may lack. */
  Set<String> allNames() {
    Set<String> all = new LinkedHashSet<>(shapes.keySet());
    stored.values().forEach(form -> all.add(form.tensor()));
    return all;
  }

  boolean isTransposed() {
    return stored.entrySet().stream()
        .anyMatch(e -> e.getValue().transposed() && contains(e.getKey()));
  }

  /** As {@link #vocabulary}, of a weight that a checkpoint may lack. */
  void optionalVocabulary(String name, long rows, long cols) {
    vocabulary(name, rows, cols);
    optional.add(name + ".weight");
  }

  /** A weight [rows, cols] and, where there is one, a bias [rows]. */
  void linear(String name, long rows, long cols, boolean bias) {
    shapes.put(name + ".weight", new long[] {rows, cols});
    if (bias) {
      vector(name + ".bias", rows);
    }
  }

  /** A weight whose rows are the vocabulary. */
  void vocabulary(String name, long rows, long cols) {
    linear(name, rows, cols, false);
    overVocabulary.add(name + ".weight");
  }

  boolean contains(String name) {
    return shapes.containsKey(name);
  }

  boolean isOverVocabulary(String name) {
    return overVocabulary.contains(name);
  }

  /** Whether checkpoints may lack it. */
  boolean isOptional(String name) {
    return optional.contains(name);
  }

  /** A copy of the shape of a tensor of the model. */
  long[] shape(String name) {
    long[] shape = shapes.get(name);
    if (shape == null) {
      throw new IllegalArgumentException("the model has no tensor " + name);
    }
    return shape.clone();
  }

  /** Shape [outputs, inputs] of a linear by its name without {@code .weight}. */
  int[] linearShape(String linear) {
    long[] shape = shape(linear + ".weight");
    if (shape.length != 2) {
      throw new IllegalArgumentException(linear + " is not a linear layer");
    }
    return new int[] {Math.toIntExact(shape[0]), Math.toIntExact(shape[1])};
  }

  List<String> names() {
    return shapes.keySet().stream().filter(name -> !optional.contains(name)).toList();
  }

  /**
   * The shape of a tensor of the model.
   *
   * @throws PbqException NOT_FOUND if the weights lack it; BAD_DATA if theirs has another shape
   */
  long[] checkedShape(WeightSource weights, String name) {
    long[] wanted = shape(name);
    if (!weights.contains(name)) {
      throw PbqException.notFound("tensor " + name + " is missing from the checkpoint");
    }
    long[] found = weights.shape(name);
    if (Arrays.equals(found, wanted)) {
      return wanted;
    }
    boolean vocabularyOnly =
        isOverVocabulary(name)
            && found.length == wanted.length
            && found[0] != wanted[0]
            && found[1] == wanted[1];
    if (vocabularyOnly) {
      throw PbqException.badData(
          "tensor "
              + name
              + " has "
              + found[0]
              + " rows but vocab_size in the configuration is "
              + wanted[0]);
    }
    throw PbqException.badData(
        "tensor "
            + name
            + " has shape "
            + Arrays.toString(found)
            + ", the configuration asks for "
            + Arrays.toString(wanted));
  }
}
