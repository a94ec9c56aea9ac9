package dev.pbq.train.layer;

import dev.pbq.core.checkpoint.TensorEntry;
import dev.pbq.core.tensor.DType;
import dev.pbq.core.tensor.Half;
import dev.pbq.train.optimizer.Parameter;

/**
 * A vector of the model that is trained as it is, such as a norm's weight or a bias: float32 while
 * training, rounded to its stored type wherever it is used; gradients pass the rounding unchanged.
 *
 * @param parameter named as the tensor
 * @param dtype F32, F16 or BF16
 */
public record StoredVector(Parameter parameter, DType dtype) {
  /** The value that entry {@code i} is used with and stored as. */
  public float used(int i) {
    float value = parameter.values()[i];
    return switch (dtype) {
      case F16 -> Half.round(value);
      case BF16 -> Half.bfloatToFloat(Half.bfloatFromFloat(value));
      default -> value;
    };
  }

  /** The vector to be written. */
  public TensorEntry entry() {
    float[] values = parameter.values();
    return TensorEntry.ofFloats(parameter.name(), dtype, new long[] {values.length}, values);
  }
}
