package dev.pbq.train.student;

import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.core.tensor.LinearForm;
import dev.pbq.core.tensor.WeightSource;
import dev.pbq.train.layer.StoredVector;
import dev.pbq.train.layer.TrainableLinear;
import java.nio.FloatBuffer;

/**
 * A model's weights with the current values of what is trained, as they would be stored now. For
 * one thread at a time.
 *
 * @param weights of everything that is not trained, and the shapes of the rest; lent
 */
public record CurrentWeights(WeightSource weights, TrainedWeights trained) implements WeightSource {
  @Override
  public boolean contains(String name) {
    return weights.contains(name);
  }

  @Override
  public long[] shape(String name) {
    return weights.shape(name);
  }

  @Override
  public boolean holdsLinear(String linear) {
    return weights.holdsLinear(linear);
  }

  @Override
  public LinearForm form(String linear) {
    TrainableLinear layer = trained.linears().get(linear);
    return layer == null ? weights.form(linear) : layer.form();
  }

  @Override
  public void readRows(String name, long firstRow, long rowCount, FloatBuffer destination) {
    StoredVector vector = trained.vectors().get(name);
    TrainableLinear layer = trained.linears().get(TrainedWeights.linear(name));
    if (vector == null && layer == null) {
      weights.readRows(name, firstRow, rowCount, destination);
      return;
    }
    long[] shape = weights.shape(name);
    int cols = shape.length == 1 ? 1 : Math.toIntExact(shape[1]);
    int from = Math.toIntExact(firstRow * cols);
    int count = Math.toIntExact(rowCount * cols);
    if (vector == null) {
      destination.put(used(layer, shape).data(), from, count);
      return;
    }
    for (int i = from; i < from + count; i++) {
      destination.put(vector.used(i));
    }
  }

  private static FloatMatrix used(TrainableLinear layer, long[] shape) {
    FloatMatrix weight = FloatMatrix.zeros(Math.toIntExact(shape[0]), Math.toIntExact(shape[1]));
    layer.use(weight.data());
    return weight;
  }
}
