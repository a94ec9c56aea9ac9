package dev.pbq.train.student;

import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.train.layer.TrainableLinear;
import dev.pbq.train.optimizer.Parameter;
import java.util.List;

/** A linear that is trained as it is: for checks of the engine's gradients. */
record DenseLinear(Parameter weight) implements TrainableLinear {
  static DenseLinear of(String name, FloatMatrix weight) {
    return new DenseLinear(Parameter.of(name, weight.data().clone(), false));
  }

  @Override
  public List<Parameter> parameters() {
    return List.of(weight);
  }

  @Override
  public void use(float[] to) {
    System.arraycopy(weight.values(), 0, to, 0, to.length);
  }

  @Override
  public void propagate(float[] gradient) {
    System.arraycopy(gradient, 0, weight.gradient(), 0, gradient.length);
  }

  @Override
  public QuantizedLinear pack() {
    throw new UnsupportedOperationException("never stored");
  }
}
