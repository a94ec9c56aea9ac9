package dev.pbq.train.builtin;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.tiny.TinyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The resources are a whole, healthy model of the sizes that the training program has. */
class BuiltInModelTest {
  private static final WordVocabulary VOCABULARY =
      WordVocabulary.of(new World(TextGenerator.POPULATION));

  @TempDir private static Path cache;
  private static Path folder;

  @BeforeAll
  static void unpack() {
    EngineSettings.apply();
    folder = TinyModel.unpack(cache);
  }

  @Test
  void allTensorsAreThereAndFinite() throws IOException {
    TinyConfig config = TrainTiny.builtIn(VOCABULARY);
    Path file = folder.resolve("model.safetensors");
    assertThat(Files.size(file)).isLessThan(8L << 20).isGreaterThan(2L * config.parameters());
    TinyWeights weights = new TinyWeights(config);
    TinyModelFolder.read(folder, weights);
    for (String name : config.shapes().keySet()) {
      float largest = 0;
      for (float value : weights.values(name)) {
        assertThat(Float.isFinite(value)).as(name).isTrue();
        largest = Math.max(largest, Math.abs(value));
      }
      assertThat(largest).as(name).isBetween(0.01f, 100f);
    }
  }

  @Test
  void theConfigurationAgrees() throws IOException {
    TinyConfig sizes = TrainTiny.builtIn(VOCABULARY);
    JsonNode config = new ObjectMapper().readTree(folder.resolve("config.json").toFile());
    assertThat(config.path("architectures").path(0).asText()).isEqualTo("LlamaForCausalLM");
    assertThat(config.path("vocab_size").asInt()).isEqualTo(sizes.vocabulary());
    assertThat(config.path("hidden_size").asInt())
        .isEqualTo(sizes.hidden())
        .matches(n -> n % 128 == 0);
    assertThat(config.path("intermediate_size").asInt())
        .isEqualTo(sizes.feedForward())
        .matches(n -> n % 128 == 0);
    assertThat(config.path("num_hidden_layers").asInt()).isEqualTo(sizes.layers());
    assertThat(config.path("max_position_embeddings").asInt()).isEqualTo(sizes.positions());
  }

  @Test
  void theTextsAreLongDifferentAndKnownToTheTokenizer() throws IOException {
    String calibration = TinyModel.calibrationText();
    String evaluation = TinyModel.evaluationText();
    assertThat(evaluation.substring(0, 500)).isNotEqualTo(calibration.substring(0, 500));
    try (HuggingFaceTokenizer tokenizer =
        HuggingFaceTokenizer.builder()
            .optTokenizerPath(folder)
            .optTruncation(false)
            .optPadding(false)
            .build()) {
      assertEncodes(tokenizer, calibration, 128_000);
      assertEncodes(tokenizer, evaluation, 64_000);
    }
  }

  @Test
  void theModelSpeaksItsTextsWell() {
    TinyWeights weights = new TinyWeights(TrainTiny.builtIn(VOCABULARY));
    TinyModelFolder.read(folder, weights);
    int[] ids = VOCABULARY.encode(TinyModel.evaluationText());
    double perplexity = RtnDamage.perplexity(weights, Arrays.copyOf(ids, 16 * 256));
    assertThat(perplexity).isBetween(1.5, 3.2);
  }

  private static void assertEncodes(HuggingFaceTokenizer tokenizer, String text, int atLeast) {
    long[] ids = tokenizer.encode(text).getIds();
    assertThat(ids).hasSizeGreaterThan(atLeast);
    assertThat(ids[0]).isEqualTo(WordVocabulary.BOS);
    assertThat(Arrays.stream(ids).skip(1)).allMatch(id -> id > WordVocabulary.EOS);
    assertThat(tokenizer.decode(ids, true)).isEqualTo(text);
  }
}
