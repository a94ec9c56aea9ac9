package dev.pbq.eval.sensitivity;

import ai.djl.ndarray.NDManager;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.DecoderBlock;
import dev.pbq.core.model.LinearInputTap;
import dev.pbq.core.model.TokenEmbedding;
import dev.pbq.core.tensor.WeightSource;
import java.util.Arrays;

/**
 * Windows on their way through a model.
 *
 * @param model decoder
 * @param weights lent
 * @param manager parent of everything native; nothing is left in it
 */
record Streams(CausalModel model, WeightSource weights, NDManager manager) {
  /** Looks the first windows up, as many as there is place for. */
  void embed(int[][] windows, States states) {
    try (TokenEmbedding embedding = model.embedding(manager, weights)) {
      for (int first = 0; first < states.windows(); first += states.batch()) {
        int end = Math.min(first + states.batch(), states.windows());
        try (NDManager scope = manager.newSubManager()) {
          states.write(first, embedding.embed(scope, Arrays.copyOfRange(windows, first, end)));
        }
      }
    }
  }

  /** Runs all states through a block; its outputs take the place of its inputs. */
  void through(int block, States states) {
    try (DecoderBlock loaded = model.block(manager, weights, block)) {
      states.forEach(
          states.windows(),
          manager,
          (first, hidden) -> states.write(first, loaded.forward(hidden, LinearInputTap.NONE)));
    }
  }
}
