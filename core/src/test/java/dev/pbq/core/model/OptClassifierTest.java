package dev.pbq.core.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.Checkpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** OPT with a score head against the library of the original models, in float64. */
class OptClassifierTest {
  private static final Path FOLDERS = Path.of("src/test/resources/classifiers");

  @BeforeAll
  static void oneThread() {
    Engines.setThreads(1);
  }

  private static JsonNode json(Path folder, String file) throws IOException {
    return new ObjectMapper().readTree(folder.resolve(file).toFile());
  }

  /** All texts in one batch, padded with tokens that are words too. */
  private static float[][] logits(EncoderClassifier model, Checkpoint weights, int[][] texts) {
    int width = Arrays.stream(texts).mapToInt(t -> t.length).max().orElseThrow();
    int[][] padded = new int[texts.length][];
    for (int i = 0; i < texts.length; i++) {
      padded[i] = Arrays.copyOf(texts[i], width);
      Arrays.fill(padded[i], texts[i].length, width, 7);
    }
    int[] lengths = Arrays.stream(texts).mapToInt(t -> t.length).toArray();
    try (NDManager manager = Engines.newManager();
        TokenEmbedding embedding = model.embedding(manager, weights);
        ClassificationHead head = model.head(manager, weights)) {
      NDArray x = embedding.embed(manager, padded);
      for (int b = 0; b < model.blocks(); b++) {
        try (EncoderBlock block = model.block(manager, weights, b)) {
          x = block.forward(x, lengths, LinearInputTap.NONE);
        }
      }
      return head.logits(x, lengths);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"opt-classifier", "opt-classifier-projected", "bert-classifier"})
  void logitsAreThoseOfTheOriginalWhateverIsPadded(String name) throws IOException {
    Path folder = FOLDERS.resolve(name);
    JsonNode expected = json(folder, "expected.json");
    int[][] texts = new int[expected.get("sequences").size()][];
    for (int i = 0; i < texts.length; i++) {
      texts[i] =
          new ObjectMapper().convertValue(expected.at("/sequences/" + i + "/ids"), int[].class);
    }
    try (Checkpoint weights = Checkpoint.open(folder)) {
      EncoderClassifier model = Architectures.classifier(json(folder, "config.json"), name);
      model.requireTensors(weights, name);
      assertThat(model.labels()).containsExactly("LABEL_0", "LABEL_1", "LABEL_2");
      float[][] actual = logits(model, weights, texts);
      for (int i = 0; i < texts.length; i++) {
        for (int j = 0; j < 3; j++) {
          double wanted = expected.at("/sequences/" + i + "/logits/" + j).doubleValue();
          assertThat((double) actual[i][j]).as("%d, %d", i, j).isCloseTo(wanted, within(1e-5));
        }
      }
    }
  }

  @Test
  void itPredictsNoNextToken() throws IOException {
    JsonNode config = json(FOLDERS.resolve("opt-classifier"), "config.json");
    assertThatThrownBy(() -> Architectures.of(config, "c"))
        .isInstanceOf(PbqException.class)
        .hasMessageContaining("c: opt models classify whole texts");
  }
}
