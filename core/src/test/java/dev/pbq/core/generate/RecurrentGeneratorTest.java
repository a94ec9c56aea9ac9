package dev.pbq.core.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.Engines;
import dev.pbq.core.model.ProductOperands;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A model whose blocks keep states that cannot be taken back: it must begin anew then. */
class RecurrentGeneratorTest {
  private static final Path FOLDER =
      Path.of("src", "test", "resources", "architectures", "qwen3_5-text");

  private static int[] ids(int count, int last) {
    int[] ids = new Random(1).ints(count, 3, 190).toArray();
    ids[count - 1] = last;
    return ids;
  }

  @Test
  void sequencesThatShareABeginningGiveWhatTheyGiveAlone() {
    // Longer than a chunk of the rule; each differs from the one before in another way.
    int[][] sequences = {ids(70, 5), ids(70, 6), ids(71, 7), ids(3, 8), ids(90, 9), ids(90, 9)};
    try (Checkpoint weights = Checkpoint.open(FOLDER);
        NDManager manager = Engines.newManager()) {
      CausalModel model = Architectures.of(ModelFolder.open(FOLDER).config(), FOLDER.toString());
      try (Generator one = open(manager, model, weights)) {
        for (int[] sequence : sequences) {
          float[] after = one.logits(sequence);
          try (Generator fresh = open(manager, model, weights)) {
            float[] alone = fresh.logits(sequence);
            for (int i = 0; i < alone.length; i++) {
              assertThat(after[i]).isCloseTo(alone[i], within(2e-4f));
            }
          }
        }
      }
    }
  }

  private static Generator open(NDManager manager, CausalModel model, Checkpoint weights) {
    return Generator.open(
        model,
        128,
        capacity ->
            EngineDecoder.open(manager, model, weights, ProductOperands.UNCHANGED, true, capacity));
  }
}
