package dev.pbq.train.builtin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.SafetensorsFile;
import dev.pbq.core.model.Engines;
import dev.pbq.core.tensor.DType;
import dev.pbq.core.tensor.Half;
import java.io.IOException;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextSamplerTest {
  private static final WordVocabulary VOCABULARY =
      WordVocabulary.of(new World(TextGenerator.POPULATION));
  private static final TinyConfig CONFIG = new TinyConfig(VOCABULARY.size(), 16, 32, 2, 4, 2, 20);

  @BeforeAll
  static void settings() {
    EngineSettings.apply();
  }

  @Test
  void aSeedGivesOneSequence() {
    try (NDManager manager = Engines.newManager();
        TextSampler sampler = new TextSampler(manager, random(), VOCABULARY)) {
      int[][] first = sampler.draw(sources(4));
      assertThat(first).isDeepEqualTo(sampler.draw(sources(4)));
      assertThat(first).isNotEqualTo(sampler.draw(sources(5)));
      for (int[] sequence : first) {
        assertThat(sequence).hasSize(CONFIG.positions()).startsWith(WordVocabulary.BOS);
        for (int t = 1; t < sequence.length; t++) {
          assertThat(sequence[t]).isBetween(WordVocabulary.EOS + 1, CONFIG.vocabulary() - 1);
        }
      }
    }
  }

  @Test
  void sequencesThatWouldReadOtherwiseAreKnown() {
    int[] good = VOCABULARY.encode("This is Nora Wolde. She is a dyer.\n\n");
    assertThat(VOCABULARY.isFaithful(good)).isTrue();
    // "dyer" and "This" without a space between them read as one word.
    int[] bad = {good[good.length - 4], good[0]};
    assertThat(VOCABULARY.decode(bad)).isEqualTo(" dyerThis");
    assertThat(VOCABULARY.isFaithful(bad)).isFalse();
  }

  @Test
  void aWrittenModelIsReadBackRoundedToHalf(@TempDir Path folder) throws IOException {
    TinyWeights weights = random();
    TinyModelFolder.write(folder, weights, VOCABULARY);
    TinyWeights read = new TinyWeights(CONFIG);
    TinyModelFolder.read(folder, read);
    for (String name : CONFIG.shapes().keySet()) {
      float[] expected = weights.values(name).clone();
      for (int i = 0; i < expected.length; i++) {
        expected[i] = Half.round(expected[i]);
      }
      assertThat(read.values(name)).isEqualTo(expected);
    }
  }

  @Test
  void theWeightsAreHalvesInTheUsualFormat(@TempDir Path folder) throws IOException {
    TinyModelFolder.write(folder, random(), VOCABULARY);
    try (SafetensorsFile file = SafetensorsFile.open(folder.resolve("model.safetensors"))) {
      assertThat(file.metadata()).containsEntry("format", "pt");
      assertThat(file.tensors()).containsOnlyKeys(CONFIG.shapes().keySet());
      assertThat(file.tensors().values()).allMatch(tensor -> tensor.dtype() == DType.F16);
    }
  }

  @Test
  void aModelOfOtherSizesIsRefused(@TempDir Path folder) throws IOException {
    TinyModelFolder.write(folder, random(), VOCABULARY);
    TinyWeights other = new TinyWeights(new TinyConfig(VOCABULARY.size(), 16, 64, 2, 4, 2, 20));
    assertThatThrownBy(() -> TinyModelFolder.read(folder, other))
        .isInstanceOf(PbqException.class)
        .hasMessageContaining("_proj.weight is missing or has another shape");
  }

  private static TinyWeights random() {
    TinyWeights weights = new TinyWeights(CONFIG);
    weights.initialise(11);
    return weights;
  }

  private static SplittableRandom[] sources(long seed) {
    return new SplittableRandom[] {new SplittableRandom(seed), new SplittableRandom(seed + 100)};
  }
}
