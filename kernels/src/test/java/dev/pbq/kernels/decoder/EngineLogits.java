package dev.pbq.kernels.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.DecoderBlock;
import dev.pbq.core.model.Engines;
import dev.pbq.core.model.LanguageHead;
import dev.pbq.core.model.LinearInputTap;
import dev.pbq.core.model.TokenEmbedding;
import dev.pbq.core.tensor.WeightSource;

/** What the engine's blocks give: the reference of flat decoders. */
final class EngineLogits {
  private EngineLogits() {}

  /** Logits [tokens, vocabulary] after every token. */
  static float[] of(CausalModel model, WeightSource weights, int[] ids) {
    try (NDManager manager = Engines.newManager();
        TokenEmbedding embedding = model.embedding(manager, weights);
        LanguageHead head = model.head(manager, weights)) {
      NDArray x = embedding.embed(manager, new int[][] {ids});
      for (int b = 0; b < model.blocks(); b++) {
        try (DecoderBlock block = model.block(manager, weights, b)) {
          x = block.forward(x, LinearInputTap.NONE);
        }
      }
      return head.logits(x).toFloatArray();
    }
  }
}
