package dev.pbq.train.blockwise;

import ai.djl.ndarray.NDArray;
import dev.pbq.core.parallel.Parallel;
import dev.pbq.train.optimizer.Parameter;
import java.nio.FloatBuffer;
import java.util.List;

/**
 * Arrays of the engine that are trained as they are. Closing it ends that: the arrays, which are
 * lent, keep their values.
 *
 * @param arrays the engine's
 * @param parameters their values and moments, in the same order
 * @param start the values before training
 */
record TrainedArrays(List<NDArray> arrays, List<Parameter> parameters, List<float[]> start)
    implements AutoCloseable {
  static TrainedArrays of(List<NDArray> arrays) {
    List<float[]> start = arrays.stream().map(TrainedArrays::values).toList();
    List<Parameter> parameters =
        arrays.stream().map(a -> Parameter.of(a.getName(), values(a), false)).toList();
    arrays.forEach(array -> array.setRequiresGradient(true));
    return new TrainedArrays(arrays, parameters, start);
  }

  /** Moves the gradients from the engine to the parameters. */
  void takeGradients() {
    List<NDArray> gradients = arrays.stream().map(NDArray::getGradient).toList();
    Parallel.forEach(
        arrays.size(),
        i -> {
          FloatBuffer buffer = floats(gradients.get(i));
          float[] gradient = parameters.get(i).gradient();
          buffer.get(0, gradient);
          buffer.put(0, new float[gradient.length]);
        });
    gradients.forEach(NDArray::close);
  }

  /** Takes the parameters' values into use. */
  void use() {
    Parallel.forEach(arrays.size(), i -> floats(arrays.get(i)).put(0, parameters.get(i).values()));
  }

  /** Takes the values before training into use. */
  void restore() {
    Parallel.forEach(arrays.size(), i -> floats(arrays.get(i)).put(0, start.get(i)));
  }

  private static float[] values(NDArray array) {
    FloatBuffer buffer = floats(array);
    float[] values = new float[buffer.capacity()];
    buffer.get(0, values);
    return values;
  }

  /** The engine's own memory. */
  private static FloatBuffer floats(NDArray array) {
    return array.toByteBuffer(true).asFloatBuffer();
  }

  @Override
  public void close() {
    arrays.forEach(array -> array.setRequiresGradient(false));
  }
}
