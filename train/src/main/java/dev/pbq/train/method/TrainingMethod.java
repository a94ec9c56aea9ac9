package dev.pbq.train.method;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.model.ProductOperands;
import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.train.layer.TrainableLinear;
import dev.pbq.train.optimizer.AdamW;
import dev.pbq.train.optimizer.Schedule;
import dev.pbq.train.student.Objective;
import java.util.Optional;

/** One way to train a quantized model. */
public interface TrainingMethod {
  /** Its name on the command line and in results. */
  String name();

  /** Everything that shapes its layers, as it is stored in {@code config.json}. */
  ObjectNode settings();

  /** The optimizer of the original. */
  AdamW optimizer();

  /** What is minimized. */
  Objective objective();

  /**
   * What stands where a linear stood.
   *
   * @param linear its full name
   * @param weight the original's, [rows, cols]; not to be changed
   * @throws dev.pbq.core.PbqException if the layer cannot be represented so
   */
  TrainableLinear linear(String linear, FloatMatrix weight);

  /** Whether norms, and biases inside the blocks, are trained too. */
  boolean trainsVectors();

  /** Whether embeddings and head are trained too. */
  default boolean trainsTables() {
    return false;
  }

  /** What happens to the operands of the blocks' products, but for the weights of linears. */
  default ProductOperands operands() {
    return ProductOperands.UNCHANGED;
  }

  /**
   * What a user should know before a run of this schedule: that it cannot work, with the number.
   */
  default Optional<String> warning(Schedule schedule) {
    return Optional.empty();
  }

  /** Bits per weight of a layer as the original counts them. */
  double paperBits(QuantizedLinear packed);
}
