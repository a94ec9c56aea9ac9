package dev.pbq.train.builtin;

import dev.pbq.core.PbqException;
import dev.pbq.core.tensor.DType;
import dev.pbq.core.tensor.WeightSource;
import dev.pbq.train.layer.StoredVector;
import dev.pbq.train.optimizer.Parameter;
import dev.pbq.train.student.TrainedWeights;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * The weights of a model by Hugging Face tensor name, in float32. All of them are trained as they
 * are: linears, norms, embedding and head; weight decay applies to all but the norms.
 */
final class TinyWeights implements WeightSource {
  private final TinyConfig config;
  private final Map<String, StoredVector> tensors = new LinkedHashMap<>();

  /** Zeros, to be filled through {@link #values}. */
  TinyWeights(TinyConfig config) {
    this.config = config;
    config
        .shapes()
        .forEach(
            (name, shape) -> {
              boolean matrix = shape.length > 1;
              Parameter values = Parameter.of(name, new float[TinyConfig.size(shape)], matrix);
              tensors.put(name, new StoredVector(values, DType.F32, matrix ? shape[1] : 0));
            });
  }

  TinyConfig config() {
    return config;
  }

  /**
   * Norms one, everything else normal; the two layers that write into the residual stream start
   * smaller, by the square root of their number.
   */
  void initialise(long seed) {
    Random random = new Random(seed);
    double residual = 1 / Math.sqrt(2.0 * config.layers());
    tensors.forEach(
        (name, tensor) -> {
          boolean norm = tensor.cols() == 0;
          boolean output = name.endsWith("o_proj.weight") || name.endsWith("down_proj.weight");
          double deviation = output ? 0.03 * residual : 0.03;
          float[] values = values(name);
          for (int i = 0; i < values.length; i++) {
            values[i] = norm ? 1f : (float) (random.nextGaussian() * deviation);
          }
        });
  }

  /** All of them, as what is trained. */
  TrainedWeights trained() {
    return new TrainedWeights(Map.of(), tensors);
  }

  /** Values, gradients and moments, in the order of the tensors. */
  List<Parameter> parameters() {
    return tensors.values().stream().map(StoredVector::parameter).toList();
  }

  /** The values of one tensor, row-major; writes go through. */
  float[] values(String name) {
    return tensors.get(name).parameter().values();
  }

  @Override
  public boolean contains(String name) {
    return tensors.containsKey(name);
  }

  @Override
  public long[] shape(String name) {
    return tensor(name).shape();
  }

  @Override
  public void readRows(String name, long firstRow, long rowCount, FloatBuffer destination) {
    StoredVector tensor = tensor(name);
    int width = Math.max(1, tensor.cols());
    float[] values = tensor.parameter().values();
    destination.put(values, Math.toIntExact(firstRow * width), Math.toIntExact(rowCount * width));
  }

  private StoredVector tensor(String name) {
    StoredVector tensor = tensors.get(name);
    if (tensor == null) {
      throw PbqException.notFound("the model has no tensor " + name);
    }
    return tensor;
  }
}
