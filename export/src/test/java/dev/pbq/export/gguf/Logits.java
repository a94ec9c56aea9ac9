package dev.pbq.export.gguf;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.pbq.core.checkpoint.Checkpoints;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.ModelWeights;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.DecoderBlock;
import dev.pbq.core.model.Engines;
import dev.pbq.core.model.LanguageHead;
import dev.pbq.core.model.LinearInputTap;
import dev.pbq.core.model.TokenEmbedding;

/** What a model folder computes, for tests. */
final class Logits {
  private Logits() {}

  /** [sequences * tokens * vocabulary]. */
  static float[] of(ModelFolder folder, int[][] ids) {
    CausalModel model = Architectures.of(folder.config(), folder.path().toString());
    try (ModelWeights weights = Checkpoints.open(folder);
        NDManager manager = Engines.newManager()) {
      model.requireTensors(weights, folder.path().toString());
      NDArray x;
      try (TokenEmbedding embedding = model.embedding(manager, weights)) {
        x = embedding.embed(manager, ids);
      }
      for (int b = 0; b < model.blocks(); b++) {
        try (DecoderBlock block = model.block(manager, weights, b)) {
          x = block.forward(x, LinearInputTap.NONE);
        }
      }
      try (LanguageHead head = model.head(manager, weights)) {
        return head.logits(x).toFloatArray();
      }
    }
  }
}
