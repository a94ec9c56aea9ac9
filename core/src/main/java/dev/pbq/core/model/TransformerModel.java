package dev.pbq.core.model;

import ai.djl.ndarray.NDManager;
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

  /** The embedding; the caller owns it. It may read rows from {@code weights} lazily. */
  TokenEmbedding embedding(NDManager parent, WeightSource weights);
}
