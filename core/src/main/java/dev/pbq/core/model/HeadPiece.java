package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Optional;

/**
 * Consecutive rows of the vocabulary's weight.
 *
 * @param weight [rows, features]
 * @param bias [rows], where the head has one
 * @param own closed with the piece; empty if the arrays are held elsewhere
 */
record HeadPiece(NDArray weight, Optional<NDArray> bias, Optional<NDManager> own)
    implements AutoCloseable {

  /** Logits [states, rows of the piece] of states [states, features]. */
  NDArray logits(NDArray states, LogitRule rule) {
    LinearLayer layer =
        new LinearLayer("the head", weight, bias.orElse(null), OperandTransform.NONE);
    return rule.apply(layer.apply(states));
  }

  @Override
  public void close() {
    own.ifPresent(NDManager::close);
  }
}
