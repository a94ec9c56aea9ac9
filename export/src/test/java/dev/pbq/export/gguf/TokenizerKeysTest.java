package dev.pbq.export.gguf;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pbq.core.testkit.SharedFolder;
import dev.pbq.export.ExportProgress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What files say of tokenizers whose side files state it in an unusual way. */
class TokenizerKeysTest {
  @TempDir private Path work;

  private Map<String, Object> keys(String name, int size) {
    Metadata metadata = new Metadata();
    TokenizerKeys.put(metadata, SharedFolder.of("cases/" + name), size, Optional.empty());
    Path file = work.resolve("vocabulary.gguf");
    new GgufWriter(null, ExportProgress.NONE).write(file, metadata, List.of());
    try (GgufReader reader = GgufReader.open(file)) {
      return reader.values();
    }
  }

  @Test
  void anEosThatIsAddedIsSaid() {
    assertThat(keys("sp-add-eos", 512))
        .containsEntry("tokenizer.ggml.add_bos_token", true)
        .containsEntry("tokenizer.ggml.add_eos_token", true)
        .containsEntry("tokenizer.ggml.model", "llama");
  }

  @Test
  void aBosThatOnlyTheClassStatesIsSaid() {
    assertThat(keys("sp-legacy-false", 512))
        .containsEntry("tokenizer.ggml.add_bos_token", true)
        .containsEntry("tokenizer.ggml.add_eos_token", false)
        .containsEntry("tokenizer.ggml.bos_token_id", 1L);
    assertThat(keys("chat-bos-elsewhere", 512)).containsEntry("tokenizer.ggml.add_bos_token", true);
  }

  @Test
  void theRuleOfAClassIsNamed() {
    assertThat(keys("qwen2-vocab-merges", 272))
        .containsEntry("tokenizer.ggml.pre", "qwen2")
        .containsEntry("tokenizer.ggml.add_bos_token", false);
  }
}
