package dev.pbq.train.layer;

import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.core.tensor.FloatMatrix;

/** A way to round the weights of linears, and to store what was rounded. */
public interface WeightFormat {
  /**
   * Rounds a weight in place, to the last bit as {@link #pack} stores it.
   *
   * @param linear full name of the layer
   */
  void round(String linear, FloatMatrix weight);

  /**
   * What is stored for a weight.
   *
   * @throws dev.pbq.core.PbqException NUMERICAL naming the layer if the weight cannot be stored
   */
  QuantizedLinear pack(String linear, FloatMatrix weight);
}
