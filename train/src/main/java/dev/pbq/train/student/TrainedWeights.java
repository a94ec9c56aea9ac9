package dev.pbq.train.student;

import ai.djl.ndarray.NDArray;
import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.tensor.LinearForm;
import dev.pbq.core.tensor.WeightSource;
import dev.pbq.train.layer.StoredVector;
import dev.pbq.train.layer.TrainableLinear;
import dev.pbq.train.optimizer.Parameter;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything of a model that is trained.
 *
 * @param linears by name without {@code .weight}, in the model's order
 * @param vectors everything else, vectors and matrices, by full name, in the model's order
 */
public record TrainedWeights(
    Map<String, TrainableLinear> linears, Map<String, StoredVector> vectors) {
  private static final String WEIGHT = ".weight";
  private static final String BIAS = ".bias";

  /** All trained arrays, in an order that is the same in every run. */
  public List<Parameter> parameters() {
    List<Parameter> all = new ArrayList<>();
    linears.values().forEach(linear -> all.addAll(linear.parameters()));
    vectors.values().forEach(vector -> all.add(vector.parameter()));
    return List.copyOf(all);
  }

  /**
   * The weights that a model with these layers starts from, and what its linears compute from them.
   */
  WeightSource over(WeightSource weights) {
    return new WeightSource() {
      @Override
      public boolean contains(String name) {
        return bias(name).isPresent() || weights.contains(name);
      }

      @Override
      public long[] shape(String name) {
        return bias(name)
            .map(vector -> new long[] {vector.parameter().values().length})
            .orElseGet(() -> weights.shape(name));
      }

      @Override
      public void readRows(String name, long firstRow, long rowCount, FloatBuffer destination) {
        Optional<StoredVector> bias = bias(name);
        if (bias.isEmpty()) {
          weights.readRows(name, firstRow, rowCount, destination);
          return;
        }
        for (long row = firstRow; row < firstRow + rowCount; row++) {
          destination.put(bias.get().used((int) row));
        }
      }

      @Override
      public boolean holdsLinear(String linear) {
        return weights.holdsLinear(linear);
      }

      @Override
      public LinearForm form(String linear) {
        TrainableLinear layer = linears.get(linear);
        return layer == null ? weights.form(linear) : layer.form();
      }
    };
  }

  /** Whether the tensor of this full name is trained. */
  boolean contains(String tensor) {
    TrainableLinear layer = linears.get(linear(tensor));
    return vector(tensor).isPresent() || (layer != null && layer.adapter().isEmpty());
  }

  private Optional<StoredVector> vector(String tensor) {
    StoredVector vector = vectors.get(tensor);
    return vector != null ? Optional.of(vector) : bias(tensor);
  }

  /** The bias that a layer brings itself. */
  private Optional<StoredVector> bias(String tensor) {
    return tensor.endsWith(BIAS)
        ? Optional.ofNullable(linears.get(tensor.substring(0, tensor.length() - BIAS.length())))
            .flatMap(TrainableLinear::ownBias)
        : Optional.empty();
  }

  /** Whether gradients are computed with the weights that are stored. */
  boolean learnsAsStored() {
    return linears.values().stream().allMatch(TrainableLinear::learnsAsStored);
  }

  /**
   * Writes the current values of a tensor.
   *
   * @param learning whether as gradients are computed with them, or as they are stored
   */
  void fill(String tensor, FloatBuffer buffer, boolean learning) {
    Optional<StoredVector> vector = vector(tensor);
    if (vector.isPresent()) {
      for (int k = 0; k < buffer.capacity(); k++) {
        buffer.put(k, vector.get().used(k));
      }
      return;
    }
    float[] weight = new float[buffer.capacity()];
    TrainableLinear linear = linears.get(linear(tensor));
    if (learning) {
      linear.learnWith(weight);
    } else {
      linear.use(weight);
    }
    buffer.put(0, weight);
  }

  /** Takes the engine's gradients to the trained arrays and sets the engine's to zero. */
  void takeGradients(List<NDArray> arrays) {
    List<NDArray> gradients = arrays.stream().map(NDArray::getGradient).toList();
    Parallel.forEach(
        arrays.size(),
        i -> {
          String name = arrays.get(i).getName();
          float[] gradient = EngineFloats.take(gradients.get(i));
          Optional<StoredVector> vector = vector(name);
          if (vector.isPresent()) {
            System.arraycopy(gradient, 0, vector.get().parameter().gradient(), 0, gradient.length);
          } else {
            linears.get(linear(name)).propagate(gradient);
          }
        });
    gradients.forEach(NDArray::close);
  }

  static String linear(String tensor) {
    return tensor.endsWith(WEIGHT)
        ? tensor.substring(0, tensor.length() - WEIGHT.length())
        : tensor;
  }
}
