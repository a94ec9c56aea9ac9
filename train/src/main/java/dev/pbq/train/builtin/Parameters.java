package dev.pbq.train.builtin;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/**
 * The weights of a model as float32 arrays, by Hugging Face tensor name. Owns the arrays: they
 * belong to the manager given and die with it.
 */
final class Parameters {
  private final TinyConfig config;
  private final Map<String, NDArray> arrays = new LinkedHashMap<>();

  /** Zeros, to be filled through {@link #values}. */
  Parameters(NDManager manager, TinyConfig config) {
    this.config = config;
    config
        .shapes()
        .forEach(
            (name, shape) -> {
              long[] extents = Arrays.stream(shape).asLongStream().toArray();
              arrays.put(name, manager.zeros(new Shape(extents), DataType.FLOAT32));
            });
  }

  TinyConfig config() {
    return config;
  }

  Map<String, NDArray> arrays() {
    return arrays;
  }

  NDArray get(String name) {
    return arrays.get(name);
  }

  /**
   * Norms one, everything else normal; the two layers that write into the residual stream start
   * smaller, by the square root of their number.
   */
  void initialise(long seed) {
    Random random = new Random(seed);
    double residual = 1 / Math.sqrt(2.0 * config.layers());
    for (Map.Entry<String, NDArray> entry : arrays.entrySet()) {
      FloatBuffer values = floats(entry.getValue());
      boolean norm = entry.getValue().getShape().dimension() == 1;
      boolean output =
          entry.getKey().endsWith("o_proj.weight") || entry.getKey().endsWith("down_proj.weight");
      double deviation = output ? 0.03 * residual : 0.03;
      for (int i = 0; i < values.capacity(); i++) {
        values.put(i, norm ? 1f : (float) (random.nextGaussian() * deviation));
      }
    }
  }

  void requireGradients() {
    arrays.values().forEach(a -> a.setRequiresGradient(true));
  }

  /** Lets the results of operations on the weights belong to {@code step} until it is closed. */
  void lendTo(NDManager step) {
    arrays.values().forEach(a -> a.tempAttach(step));
  }

  /** The storage of one weight, row-major; writes go through. */
  FloatBuffer values(String name) {
    return floats(arrays.get(name));
  }

  /** A copy of one weight, row-major. */
  float[] copy(String name) {
    FloatBuffer values = values(name);
    float[] copy = new float[values.capacity()];
    values.get(0, copy);
    return copy;
  }

  static FloatBuffer floats(NDArray array) {
    return array.toByteBuffer(true).order(ByteOrder.nativeOrder()).asFloatBuffer();
  }
}
