package dev.pbq.core.model;

import dev.pbq.core.tensor.WeightSource;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Weights of which some are quantized, as the family's own files hold them: matrices transposed
 * and, transposed too, in stacks of experts. Experts that most files hold one by one stay so. The
 * inverse of {@link ModelLayout#view}; what is not quantized is as it is stored. Thread-safe if the
 * weights are.
 */
public final class StoredWeights {
  private static final String SUFFIX = ".weight";

  private static final Comparator<Part> ORDER =
      Comparator.comparingInt((Part p) -> p.form().slice().orElseThrow());

  private final WeightSource weights;
  private final ModelLayout layout;
  private final Map<String, List<Part>> stacks = new LinkedHashMap<>();
  private final List<String> names;

  /** A matrix of a stack. */
  private record Part(String tensor, StoredForm form) {}

  /**
   * A view of weights.
   *
   * @param weights lent for the view's life
   * @param held names of all weights
   */
  StoredWeights(ModelLayout layout, WeightSource weights, List<String> held) {
    this.layout = layout;
    this.weights = weights;
    Set<String> result = new LinkedHashSet<>();
    for (String name : held) {
      Optional<StoredForm> form = form(name).filter(f -> f.slice().isPresent());
      String stored = form.map(StoredForm::tensor).orElse(name);
      form.ifPresent(
          f -> stacks.computeIfAbsent(stored, s -> new ArrayList<>()).add(new Part(name, f)));
      result.add(stored);
    }
    stacks.values().forEach(s -> s.sort(ORDER));
    this.names = List.copyOf(result);
  }

  /** The form of a quantized linear's weight in the family's files, where it is another. */
  private Optional<StoredForm> form(String name) {
    boolean quantized =
        name.endsWith(SUFFIX)
            && weights.holdsLinear(name.substring(0, name.length() - SUFFIX.length()));
    return quantized ? layout.storedForm(name).filter(StoredForm::transposed) : Optional.empty();
  }

  /** Names of all tensors, a stack in the place of its first matrix. */
  public List<String> names() {
    return names;
  }

  /** Whether a tensor is put together from quantized matrices. */
  public boolean isStack(String name) {
    return stacks.containsKey(name);
  }

  /** The shape of a tensor; empty for a scalar. */
  public long[] shape(String name) {
    List<Part> parts = stacks.get(name);
    if (parts != null) {
      return stackShape(parts);
    }
    long[] shape = weights.shape(name);
    return form(name).isPresent() ? new long[] {shape[1], shape[0]} : shape;
  }

  private long[] stackShape(List<Part> parts) {
    long[] first = weights.shape(parts.get(0).tensor());
    return new long[] {parts.size(), first[1], first[0]};
  }

  /** Reads as {@link WeightSource#readRows}. */
  public void readRows(String name, long firstRow, long rowCount, FloatBuffer destination) {
    List<Part> parts = stacks.get(name);
    if (parts != null) {
      for (Part part : parts) {
        int slice = part.form().slice().orElseThrow();
        if (slice >= firstRow && slice < firstRow + rowCount) {
          putTransposed(part.tensor(), destination);
        }
      }
    } else if (form(name).isPresent()) {
      long[] shape = weights.shape(name);
      putTransposed(
          weights.read(name), (int) shape[0], (int) shape[1], firstRow, rowCount, destination);
    } else {
      weights.readRows(name, firstRow, rowCount, destination);
    }
  }

  /** A whole matrix, its columns as rows. */
  private void putTransposed(String tensor, FloatBuffer destination) {
    long[] shape = weights.shape(tensor);
    putTransposed(weights.read(tensor), (int) shape[0], (int) shape[1], 0, shape[1], destination);
  }

  /** Columns [first, first + count) of a matrix, each as a row. */
  private static void putTransposed(
      float[] values, int rows, int cols, long first, long count, FloatBuffer destination) {
    for (long c = first; c < first + count; c++) {
      for (int r = 0; r < rows; r++) {
        destination.put(values[r * cols + (int) c]);
      }
    }
  }
}
