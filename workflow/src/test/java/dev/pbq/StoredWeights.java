package dev.pbq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import dev.pbq.core.checkpoint.Checkpoints;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.ModelWeights;
import dev.pbq.core.generate.EngineDecoder;
import dev.pbq.core.generate.TokenDecoder;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.Engines;
import dev.pbq.core.model.ProductOperands;
import dev.pbq.kernels.decoder.FlatDecoder;
import java.nio.file.Path;
import java.util.Random;

/** A model run from its weights as they are stored, against the engine's float32 blocks. */
final class StoredWeights {
  private static final double RELATIVE = 2e-5;
  private static final int TOKENS = 16;

  private StoredWeights() {}

  /** Checks the logits after a prompt, and after one more token. */
  static void requireSameLogits(Path folder) {
    ModelFolder model = ModelFolder.open(folder);
    CausalModel architecture = Architectures.of(model.config(), folder.toString());
    int[] ids = new Random(1).ints(TOKENS, 0, architecture.vocabularySize()).toArray();
    try (ModelWeights weights = Checkpoints.open(model);
        NDManager manager = Engines.newManager();
        TokenDecoder flat = FlatDecoder.open(architecture, weights, true, TOKENS + 1);
        TokenDecoder engine =
            EngineDecoder.open(
                manager, architecture, weights, ProductOperands.UNCHANGED, true, TOKENS + 1)) {
      requireClose(folder, flat.logits(ids), engine.logits(ids));
      int[] next = {ids[0]};
      requireClose(folder, flat.logits(next), engine.logits(next));
    }
  }

  private static void requireClose(Path folder, float[] actual, float[] wanted) {
    double largest = 0;
    for (float value : wanted) {
      largest = Math.max(largest, Math.abs(value));
    }
    assertThat(actual).hasSameSizeAs(wanted);
    for (int i = 0; i < wanted.length; i++) {
      assertThat((double) actual[i])
          .as("%s, logit %d", folder.getFileName(), i)
          .isCloseTo(wanted[i], within(RELATIVE * largest));
    }
  }
}
