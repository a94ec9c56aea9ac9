package dev.pbq.core.model;

import ai.djl.ndarray.NDManager;
import dev.pbq.core.PbqException;
import dev.pbq.core.tensor.WeightSource;
import java.util.List;

/**
 * An architecture with a configuration: it knows which tensors there are and how they compute, but
 * holds no weights. Weights come from a {@link WeightSource}, a block at a time. What is here is
 * all that quantizing linears without calibration, counting and checking need.
 */
public sealed interface TransformerModel permits CausalModel, EncoderClassifier {
  /** {@code model_type} of the configuration: llama, mistral, qwen2, opt, bert. */
  String architecture();

  int blocks();

  int vocabularySize();

  int hiddenSize();

  /** The longest sequence that positions exist for. */
  int maxPositions();

  /** The heads of every block's attention. */
  AttentionShape attention();

  /** The inputs of a block's quantizable linears, in the order in which the block computes them. */
  List<LinearInput> linearInputs(int block);

  /** What the full names of a block's tensors begin with, without the dot behind it. */
  String blockPrefix(int block);

  /** Shape [outputs, inputs] of a quantizable linear, by its name without {@code .weight}. */
  int[] linearShape(String linear);

  /**
   * Full names of all tensors that the model needs, for checking a checkpoint; a tied head is not
   * among them.
   */
  List<String> requiredTensors();

  /**
   * Refuses weights that lack one of the {@linkplain #requiredTensors() required tensors}: to be
   * called before any work is done.
   *
   * @param where the model's folder, for the message
   * @throws PbqException NOT_FOUND naming the first tensor that is missing
   */
  default void requireTensors(WeightSource weights, String where) {
    List<String> missing =
        requiredTensors().stream().filter(name -> !weights.contains(name)).toList();
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
