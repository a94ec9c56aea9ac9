package dev.pbq.train.layer;

import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.core.tensor.LinearForm;
import dev.pbq.train.optimizer.Parameter;
import java.util.List;
import java.util.Optional;

/**
 * A linear layer that is trained. The model multiplies with the weight that {@link #use} gives and
 * computes the loss's gradient with respect to it; {@link #propagate} takes that gradient on to the
 * trained arrays, through rounding by the straight-through estimator of the method. One thread at a
 * time.
 */
public interface TrainableLinear {
  /** The trained arrays, always in the same order. */
  List<Parameter> parameters();

  /**
   * The weight [rows, cols] for the current values: to the last bit what {@link #pack} stores.
   *
   * @param weight row-major, overwritten
   */
  void use(float[] weight);

  /**
   * The weight [rows, cols] that gradients are computed with; that of {@link #use} unless the layer
   * {@linkplain #learnsAsStored says otherwise}.
   *
   * @param weight row-major, overwritten
   */
  default void learnWith(float[] weight) {
    use(weight);
  }

  /** Whether gradients are computed with the weight that is stored. */
  default boolean learnsAsStored() {
    return true;
  }

  /**
   * Sets the gradients of the trained arrays.
   *
   * @param gradient dL/dW [rows, cols], row-major, for the weight that {@link #use} gave last; may
   *     be overwritten
   */
  void propagate(float[] gradient);

  /** What the layer computes from the weight. */
  default LinearForm form() {
    return LinearForm.PLAIN;
  }

  /**
   * What the layer trains beside a weight that stays; empty where it trains what makes the weight.
   */
  default Optional<Adapter> adapter() {
    return Optional.empty();
  }

  /** The bias that the layer trains and stores itself, if its form has one of its own. */
  default Optional<StoredVector> ownBias() {
    return Optional.empty();
  }

  /** What is stored for the current values. */
  QuantizedLinear pack();
}
