package dev.pbq.core.model;

import ai.djl.ndarray.NDManager;
import dev.pbq.core.PbqException;
import dev.pbq.core.tensor.WeightSource;
import java.util.List;

/**
 * An architecture with a configuration: it knows which tensors there are and how they compute, but
 * holds no weights. Weights come from a {@link WeightSource}, a block at a time. What is here is
 * all that quantizing linears without calibration, counting and checking need; all of it but the
 * embedding follows from the {@link ModelLayout}.
 */
public sealed interface TransformerModel permits CausalModel, EncoderClassifier {
  /** The model's tensors and linears with their shapes and roles. */
  ModelLayout layout();

  /** {@code model_type} of the configuration: llama, mistral, qwen2, opt, bert. */
  default String architecture() {
    return layout().sizes().architecture();
  }

  default int blocks() {
    return layout().sizes().blocks();
  }

  default int vocabularySize() {
    return layout().sizes().vocabulary();
  }

  default int hiddenSize() {
    return layout().sizes().hidden();
  }

  /** The longest sequence that positions exist for. */
  default int maxPositions() {
    return layout().sizes().maxPositions();
  }

  /** The heads of every block's attention. */
  default AttentionShape attention() {
    return layout().sizes().attention();
  }

  /** The inputs of a block's quantizable linears, in the order in which the block computes them. */
  default List<LinearInput> linearInputs(int block) {
    return layout().linearInputs(block);
  }

  /** What the full names of a block's tensors begin with, without the dot behind it. */
  default String blockPrefix(int block) {
    return layout().blockPrefix(block);
  }

  /** Shape [outputs, inputs] of a quantizable linear, by its name without {@code .weight}. */
  default int[] linearShape(String linear) {
    return layout().linearShape(linear);
  }

  /**
   * Full names of all tensors that the model needs, for checking a checkpoint; a tied head is not
   * among them.
   */
  default List<String> requiredTensors() {
    return layout().requiredTensors();
  }

  /**
   * Refuses weights that lack one of the {@linkplain #requiredTensors() required tensors}: to be
   * called before any work is done.
   *
   * @param where the model's folder, for the message
   * @throws PbqException NOT_FOUND naming the first tensor that is missing; BAD_DATA if it is of a
   *     type that is not read
   */
  default void requireTensors(WeightSource weights, String where) {
    WeightSource view = layout().view(weights);
    List<String> missing = requiredTensors().stream().filter(name -> !view.contains(name)).toList();
    if (!missing.isEmpty() && weights.unreadType(missing.get(0)).isPresent()) {
      throw PbqException.badData(
          "%s: tensor %s is of type %s, which pbq does not read"
              .formatted(where, missing.get(0), weights.unreadType(missing.get(0)).get()));
    }
    if (!missing.isEmpty()) {
      throw PbqException.notFound(
          where
              + " lacks the tensor "
              + missing.get(0)
              + (missing.size() > 1 ? " and " + (missing.size() - 1) + " others" : "")
              + " that config.json calls for");
    }
  }

  /** The embedding; the caller owns it. It may read rows from {@code weights} lazily. */
  TokenEmbedding embedding(NDManager parent, WeightSource weights);
}
