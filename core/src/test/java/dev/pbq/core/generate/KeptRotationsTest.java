package dev.pbq.core.generate;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.Engines;
import dev.pbq.core.model.ProductOperands;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A model whose rotation follows from the length of the text: other factors from 17 tokens on. */
class KeptRotationsTest {
  private static final Path FOLDER =
      Path.of("src", "test", "resources", "architectures", "phi3-longrope");

  private static CausalModel model() {
    return Architectures.of(ModelFolder.open(FOLDER).config(), FOLDER.toString());
  }

  @Test
  void lengthsOnEitherSideOfTheLimitDiffer() {
    KeptRotations rotations = KeptRotations.of(model());
    assertThat(rotations.areAlike(3, 16)).isTrue();
    assertThat(rotations.areAlike(16, 17)).isFalse();
    assertThat(rotations.areAlike(17, 30)).isTrue();
  }

  /** Keys of the short prompt, and of tokens that were added to it, are of no use in a long one. */
  @Test
  void aLongerPromptIsAnsweredAsByAModelThatSawNoShortOne() {
    int[] longer = new Random(5).ints(30, 3, 190).toArray();
    int[] shorter = Arrays.copyOf(longer, 12);
    try (Checkpoint weights = Checkpoint.open(FOLDER);
        NDManager manager = Engines.newManager();
        Generator used = open(manager, weights);
        Generator fresh = open(manager, weights)) {
      List<Integer> first = new ArrayList<>();
      used.generate(shorter, 8, Set.of(), new TokenSampler(0, 1, 0), first::add);
      assertThat(first).hasSize(8);
      List<Integer> after = new ArrayList<>();
      used.generate(longer, 8, Set.of(), new TokenSampler(0, 1, 0), after::add);
      List<Integer> alone = new ArrayList<>();
      fresh.generate(longer, 8, Set.of(), new TokenSampler(0, 1, 0), alone::add);
      assertThat(after).isEqualTo(alone);
      after.clear();
      // Back to the short one: keys of the long text are of no use either.
      used.generate(shorter, 8, Set.of(), new TokenSampler(0, 1, 0), after::add);
      assertThat(after).isEqualTo(first);
    }
  }

  private static Generator open(NDManager manager, Checkpoint weights) {
    CausalModel model = model();
    return Generator.open(
        model,
        64,
        capacity ->
            EngineDecoder.open(manager, model, weights, ProductOperands.UNCHANGED, true, capacity));
  }
}
