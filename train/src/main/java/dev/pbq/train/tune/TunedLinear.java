package dev.pbq.train.tune;

import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.core.packed.ScaleDtype;
import dev.pbq.core.tensor.LinearForm;
import dev.pbq.train.layer.TrainableLinear;
import dev.pbq.train.optimizer.Parameter;
import java.util.List;

/** A packed layer whose codes stay and whose other numbers are tuned. */
abstract class TunedLinear implements TrainableLinear {
  private final String name;
  private final QuantizedLinear start;

  TunedLinear(String name, QuantizedLinear start) {
    this.name = name;
    this.start = start;
  }

  /** What is tuned. */
  abstract List<TunedVector> vectors();

  /** The layer with the current numbers, rounded as stored. */
  abstract QuantizedLinear rebuild();

  /** Adds the derivatives of all numbers for dL/dW [rows, cols]. */
  abstract void addDerivatives(float[] gradient);

  @Override
  public final List<Parameter> parameters() {
    return vectors().stream().map(TunedVector::parameter).toList();
  }

  @Override
  public final LinearForm form() {
    return start.form();
  }

  @Override
  public final void use(float[] weight) {
    float[] values = pack().dequantize().data();
    System.arraycopy(values, 0, weight, 0, weight.length);
  }

  @Override
  public final void propagate(float[] gradient) {
    addDerivatives(gradient);
    vectors().forEach(TunedVector::finish);
  }

  @Override
  public final QuantizedLinear pack() {
    return vectors().stream().allMatch(TunedVector::isUnchanged) ? start : rebuild();
  }

  /** The current numbers of a vector, rounded to a stored type. */
  final float[] stored(TunedVector vector, ScaleDtype dtype) {
    float[] values = new float[vector.length()];
    for (int i = 0; i < values.length; i++) {
      values[i] = dtype.store(vector.value(i), name, "scale");
    }
    return values;
  }
}
