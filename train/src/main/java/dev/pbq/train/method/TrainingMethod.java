package dev.pbq.train.method;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.model.ProductOperands;
import dev.pbq.core.model.TransformerModel;
import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.train.layer.TrainableLinear;
import dev.pbq.train.optimizer.AdamW;
import dev.pbq.train.optimizer.Schedule;
import dev.pbq.train.student.Objective;
import java.util.Optional;

/** One way to train a quantized model. Closing it closes what it reads its start from, if any. */
public interface TrainingMethod extends AutoCloseable {
  /** Its name on the command line and in results. */
  String name();

  /** Everything that shapes its layers, as it is stored in {@code config.json}. */
  ObjectNode settings();

  /** How long and how fast the original trains. */
  TrainingDefaults defaults();

  /** The optimizer of the original. */
  AdamW optimizer();

  /** What is minimized. */
  Objective objective();

  /**
   * The method fitted to a model, before anything is asked of it that depends on the model: layers,
   * operands, bits.
   *
   * @throws dev.pbq.core.PbqException USAGE if it does not fit
   */
  default TrainingMethod fitted(TransformerModel model) {
    return this;
  }

  /**
   * What stands where a linear stood.
   *
   * @param linear its full name
   * @param weight the original's, [rows, cols]; not to be changed
   * @throws dev.pbq.core.PbqException if the layer cannot be represented so
   */
  TrainableLinear linear(String linear, FloatMatrix weight);

  /**
   * What stands where a linear stood, by all that is known of it; for most methods, its name and
   * weight.
   *
   * @throws dev.pbq.core.PbqException if the layer cannot be represented so
   */
  default TrainableLinear linear(OriginalLinear original) {
    return linear(original.name(), original.weight());
  }

  /**
   * Refuses a model that the method's start was not made of.
   *
   * @param original the model's weights, lent
   * @throws dev.pbq.core.PbqException USAGE or BAD_DATA naming what does not fit
   */
  default void requireFits(Checkpoint original) {}

  /**
   * Whether a vector of the model is trained.
   *
   * @param tensor its full name
   * @param ofLinear whether it is the bias of a linear that the method replaces
   */
  boolean trainsVector(String tensor, boolean ofLinear);

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

  /** Bits per weight of a layer [rows, cols] as the original counts them, before training. */
  double paperBits(int rows, int cols);

  /** Bits per weight of a layer as the original counts them. */
  double paperBits(QuantizedLinear packed);

  /** About how many bits a layer [rows, cols] will take. */
  long estimateStoredBits(int rows, int cols);

  @Override
  default void close() {}
}
