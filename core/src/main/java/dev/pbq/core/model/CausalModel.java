package dev.pbq.core.model;

import ai.djl.ndarray.NDManager;
import dev.pbq.core.tensor.WeightSource;
import java.util.List;

/**
 * An architecture with a configuration: it knows which tensors there are and how they compute, but
 * holds no weights. Weights come from a {@link WeightSource}, a block at a time.
 */
public interface CausalModel {
  /** {@code model_type} of the configuration: llama, mistral, qwen2, opt. */
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

  /** Shape [outputs, inputs] of a quantizable linear, by its name without {@code .weight}. */
  int[] linearShape(String linear);

  /**
   * Full names of all tensors that the model needs, for checking a checkpoint; a tied head is not
   * among them.
   */
  List<String> requiredTensors();

  /** The embedding; the caller owns it. It may read rows from {@code weights} lazily. */
  TokenEmbedding embedding(NDManager parent, WeightSource weights);

  /**
   * One block with its weights loaded; the caller owns it.
   *
   * @throws dev.pbq.core.PbqException NOT_FOUND or BAD_DATA naming a tensor that is missing, of the
   *     wrong shape, or not finite
   */
  default DecoderBlock block(NDManager parent, WeightSource weights, int block) {
    return block(parent, weights, block, ProductOperands.UNCHANGED);
  }

  /** As {@link #block(NDManager, WeightSource, int)}, with operands of its products changed. */
  DecoderBlock block(NDManager parent, WeightSource weights, int block, ProductOperands operands);

  /** The head; the caller owns it. */
  LanguageHead head(NDManager parent, WeightSource weights);
}
