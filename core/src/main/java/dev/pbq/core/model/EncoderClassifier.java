package dev.pbq.core.model;

import ai.djl.ndarray.NDManager;
import dev.pbq.core.tensor.WeightSource;
import java.util.List;

/**
 * A model that gives a whole text one of some labels: an encoder, whose tokens all see each other,
 * or a decoder whose last token is scored.
 */
public non-sealed interface EncoderClassifier extends TransformerModel {
  /** The labels' names, in the order of the logits. */
  List<String> labels();

  /**
   * One block with its weights loaded; the caller owns it.
   *
   * @throws dev.pbq.core.PbqException NOT_FOUND or BAD_DATA naming a tensor that is missing, of the
   *     wrong shape, or not finite
   */
  default EncoderBlock block(NDManager parent, WeightSource weights, int block) {
    return block(parent, weights, block, ProductOperands.UNCHANGED);
  }

  /**
   * As {@link #block(NDManager, WeightSource, int)}, with operands of its products changed. Padding
   * is part of the operands: where what happens to a number depends on its neighbours, run
   * sequences of one length together.
   */
  EncoderBlock block(NDManager parent, WeightSource weights, int block, ProductOperands operands);

  /** The head; the caller owns it. */
  ClassificationHead head(NDManager parent, WeightSource weights);
}
