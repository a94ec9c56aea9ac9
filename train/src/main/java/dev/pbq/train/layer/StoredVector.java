package dev.pbq.train.layer;

import dev.pbq.core.checkpoint.TensorEntry;
import dev.pbq.core.tensor.DType;
import dev.pbq.core.tensor.Half;
import dev.pbq.train.optimizer.Parameter;

/**
 * A tensor of the model that is trained as it is, such as a norm's weight, a bias or an embedding:
 * float32 while training, rounded to its stored type wherever it is used; gradients pass the
 * rounding unchanged.
 *
 * @param parameter named as the tensor
 * @param dtype F32, F16 or BF16
 * @param cols of a matrix; 0 for a vector
 */
public record StoredVector(Parameter parameter, DType dtype, int cols) {
  /** A vector. */
  public StoredVector(Parameter parameter, DType dtype) {
    this(parameter, dtype, 0);
  }

  /** Its shape: [elements] or [rows, cols]. */
  public long[] shape() {
    int elements = parameter.values().length;
    return cols == 0 ? new long[] {elements} : new long[] {elements / cols, cols};
  }

  /** The value that entry {@code i} is used with and stored as. */
  public float used(int i) {
    float value = parameter.values()[i];
    return switch (dtype) {
      case F16 -> Half.round(value);
      case BF16 -> Half.bfloatToFloat(Half.bfloatFromFloat(value));
      default -> value;
    };
  }

  /** The tensor to be written. */
  public TensorEntry entry() {
    return TensorEntry.ofFloats(parameter.name(), dtype, shape(), parameter.values());
  }
}
