package dev.pbq.core.model;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The tensors of a model with their shapes, in the model's order. Filled once, then only read. */
final class TensorCatalog {
  private final Map<String, long[]> shapes = new LinkedHashMap<>();
  private final Set<String> overVocabulary = new LinkedHashSet<>();

  void vector(String name, long length) {
    shapes.put(name, new long[] {length});
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
    return List.copyOf(shapes.keySet());
  }
}
