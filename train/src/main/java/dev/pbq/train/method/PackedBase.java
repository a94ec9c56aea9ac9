package dev.pbq.train.method;

import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.PackedCheckpoint;
import dev.pbq.core.packed.HqqLinear;
import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.core.tensor.WeightSource;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * Layers of a folder that {@code hqq} made of the same model.
 *
 * @param start the folder's weights; lent
 * @param name of the folder, for messages and results
 */
public record PackedBase(PackedCheckpoint start, String name) implements HqqBase {
  /** Numbers of a tensor that are compared, at most. */
  private static final int COMPARED = 1 << 16;

  @Override
  public HqqLinear layer(OriginalLinear original) {
    QuantizedLinear packed = start.packed(original.name());
    if (!(packed instanceof HqqLinear layer)) {
      throw PbqException.setting(
          "{start} %s: %s is stored as %s: a result of method hqq is needed",
          name, original.name(), packed.family());
    }
    if (layer.rows() != original.weight().rows() || layer.cols() != original.weight().cols()) {
      throw PbqException.setting(
          "{start} %s: %s is [%s, %s], the model's is [%s, %s]",
          name,
          original.name(),
          layer.rows(),
          layer.cols(),
          original.weight().rows(),
          original.weight().cols());
    }
    return layer;
  }

  /** Quantization leaves norms and embeddings as they are: they tell one model from another. */
  @Override
  public void requireFits(Checkpoint original) {
    for (String tensor : original.names()) {
      if (!start.contains(tensor) || start.holdsLinear(tensor.replaceFirst("\\.weight$", ""))) {
        continue;
      }
      long[] shape = original.shape(tensor);
      if (!Arrays.equals(shape, start.shape(tensor))
          || !Arrays.equals(values(original, tensor, shape), values(start, tensor, shape))) {
        throw PbqException.setting(
            "{start} %s was made of another model: its %s differs", name, tensor);
      }
    }
  }

  private static float[] values(WeightSource of, String tensor, long[] shape) {
    long count = Arrays.stream(shape).reduce(1, Math::multiplyExact);
    long width = shape.length == 0 ? 1 : count / shape[0];
    long rows = shape.length == 0 ? 1 : Math.min(shape[0], Math.max(1, COMPARED / width));
    float[] values = new float[Math.toIntExact(rows * width)];
    of.readRows(tensor, 0, rows, FloatBuffer.wrap(values));
    return values;
  }

  @Override
  public double paperBits(int rows, int cols) {
    return like(rows, cols).map(HqqPlus::width).orElse(0.0);
  }

  @Override
  public long estimateStoredBits(int rows, int cols) {
    return like(rows, cols).map(layer -> layer.bits().total()).orElse(0L);
  }

  /** A layer of this shape. */
  private Optional<HqqLinear> like(int rows, int cols) {
    return start.packedLinears().stream()
        .map(start::packed)
        .filter(layer -> layer.rows() == rows && layer.cols() == cols)
        .filter(HqqLinear.class::isInstance)
        .map(HqqLinear.class::cast)
        .findFirst();
  }
}
