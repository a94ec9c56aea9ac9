package dev.pbq.core.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pbq.core.testkit.SharedFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelFolderTest {
  @TempDir Path folder;

  private ModelFolder config(String json) throws IOException {
    Files.writeString(folder.resolve("config.json"), json);
    return ModelFolder.open(folder);
  }

  @Test
  void readsARealFolder() {
    ModelFolder model = ModelFolder.open(SharedFolder.of("models/opt-mini"));
    assertThat(model.modelType()).contains("opt");
    assertThat(model.config().path("hidden_size").intValue()).isEqualTo(128);
    assertThat(model.isPacked()).isFalse();
    assertThat(model.sideFiles())
        .extracting(path -> path.getFileName().toString())
        .containsExactly(
            "config.json",
            "generation_config.json",
            "tokenizer.json",
            "tokenizer.model",
            "tokenizer_config.json");
    try (ModelWeights weights = Checkpoints.open(model)) {
      assertThat(weights).isInstanceOf(Checkpoint.class);
      assertThat(weights.shape("decoder.embed_tokens.weight")).containsExactly(4096, 128);
    }
  }

  @Test
  void whatIsNoModelIsNamed() throws IOException {
    CheckpointTest.assertNotFound(
        () -> ModelFolder.open(folder.resolve("nope")), "no folder", "nope");
    SafetensorsFileTest.assertBadData(
        () -> ModelFolder.open(folder), "not a model: no config.json in " + folder);
    Path config = Files.writeString(folder.resolve("config.json"), "{\"a\":\n 1,}");
    SafetensorsFileTest.assertBadData(
        () -> ModelFolder.open(folder), config.toString(), "malformed JSON (line 2, column");
    CheckpointTest.assertNotFound(() -> ModelFolder.open(config), "is a file");
    for (String notObject : new String[] {"[]", "3", "", "{} {}"}) {
      Files.writeString(config, notObject);
      SafetensorsFileTest.assertBadData(() -> ModelFolder.open(folder), config.toString());
    }
    Files.write(config, new byte[] {'{', '"', (byte) 0xff, '"', ':', '1', '}'});
    SafetensorsFileTest.assertBadData(() -> ModelFolder.open(folder), config.toString(), "UTF-8");
  }

  @Test
  void pythonsInfinityIsRead() throws IOException {
    assertThat(config("{\"limit\": Infinity}").config().path("limit").doubleValue()).isInfinite();
  }

  @Test
  void theConfigurationCannotBeChangedFromOutside() throws IOException {
    ModelFolder model = config("{\"model_type\":\"llama\"}");
    model.config().put("model_type", "other");
    assertThat(model.modelType()).contains("llama");
  }

  @Test
  void onlyRegularKnownFilesAreCarriedAlong() throws IOException {
    ModelFolder model = config("{}");
    Path elsewhere = Files.createTempDirectory("blobs");
    try {
      Path blob = Files.writeString(elsewhere.resolve("blob"), "tokens");
      Files.createSymbolicLink(folder.resolve("tokenizer.json"), blob);
      Files.createSymbolicLink(folder.resolve("merges.txt"), elsewhere.resolve("broken"));
      Files.createDirectory(folder.resolve("vocab.json"));
      Files.writeString(folder.resolve("LICENSE.txt"), "licence");
      Files.writeString(folder.resolve("README.md"), "readme");
      Files.writeString(folder.resolve("model.safetensors"), "weights");
      assertThat(model.sideFiles())
          .extracting(path -> path.getFileName().toString())
          .containsExactly("LICENSE.txt", "config.json", "tokenizer.json");
      Path target = Files.createDirectory(elsewhere.resolve("out"));
      model.copySideFilesTo(target);
      assertThat(SafetensorsWriterTest.list(target))
          .containsExactly("LICENSE.txt", "tokenizer.json");
      assertThat(target.resolve("tokenizer.json")).isRegularFile().hasContent("tokens");
      assertThat(Files.isSymbolicLink(target.resolve("tokenizer.json"))).isFalse();
    } finally {
      FileTrees.delete(elsewhere);
    }
  }

  @Test
  void quantizedModelsOfOtherToolsAreRefused() throws IOException {
    ModelFolder gptq = config("{\"quantization_config\":{\"quant_method\":\"gptq\",\"bits\":4}}");
    assertThat(gptq.isPacked()).isFalse();
    SafetensorsFileTest.assertBadData(() -> Checkpoints.open(gptq), "'gptq'", folder.toString());
    ModelFolder silent = config("{\"quantization_config\":{}}");
    SafetensorsFileTest.assertBadData(silent::isPacked, "quant_method", "config.json");
    assertThat(config("{\"quantization_config\":null}").quantMethod()).isEmpty();
    assertThat(config("{\"quantization_config\":{\"quant_method\":\"pbq\"}}").isPacked()).isTrue();
  }
}
