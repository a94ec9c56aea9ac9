package dev.pbq.core.model;

import ai.djl.ndarray.NDManager;
import dev.pbq.core.tensor.WeightSource;
import java.util.Optional;

/** A model that predicts the next token from those before it. */
public non-sealed interface CausalModel extends TransformerModel {
  /**
   * Bytes of all the model's weights as float32: what holding it in memory whole takes.
   *
   * @param weights for their shapes
   */
  default long floatBytes(WeightSource weights) {
    WeightSource view = layout().view(weights);
    long floats = 0;
    for (String name : requiredTensors()) {
      long count = 1;
      for (long d : view.shape(name)) {
        count = Math.multiplyExact(count, d);
      }
      floats = Math.addExact(floats, count);
    }
    return Math.multiplyExact(floats, Float.BYTES);
  }

  /** The rotary positions that all blocks share; empty where positions enter in another way. */
  default Optional<Rope> rope() {
    return Optional.empty();
  }

  /** What the model consists of and computes, with the names of its tensors. */
  DecoderOutline outline();

  /** What the model computes, in numbers; empty for families that have no such description. */
  default Optional<DecoderFacts> facts() {
    return Optional.empty();
  }

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

  /**
   * What a block keeps of the tokens that it has seen: of none yet.
   *
   * @param owner gets its arrays
   * @param capacity tokens of each sequence
   */
  default BlockCache cache(NDManager owner, int block, int sequences, int capacity) {
    return new AttentionCache(owner, attention(), sequences, capacity);
  }

  /** The head; the caller owns it. */
  LanguageHead head(NDManager parent, WeightSource weights);

  /**
   * As {@link #head}, for who mostly scores many tokens at once: the weight of a large vocabulary
   * may be read again for each call, in pieces, and not be held.
   *
   * @param weights must stay open as long as the head is used
   */
  default LanguageHead scoringHead(NDManager parent, WeightSource weights) {
    return head(parent, weights);
  }
}
