package dev.pbq.export.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.Engines;
import dev.pbq.export.ExportProgress;
import dev.pbq.export.ExportReport;
import dev.pbq.export.ExportSource;
import dev.pbq.export.gguf.family.FactKeys;
import dev.pbq.export.gguf.family.FileTensor;
import dev.pbq.export.gguf.family.KeySink;
import dev.pbq.export.gguf.family.Placements;
import dev.pbq.export.gguf.model.GgufModelFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What files say of latent attention, of a small DeepSeek V3 with random weights and yarn. */
class LatentFilesTest {
  private static final Path SOURCE =
      Path.of("../core/src/test/resources/architectures/deepseek-v3");

  @TempDir private Path work;

  @BeforeAll
  static void oneThread() {
    Engines.setThreads(1);
  }

  private ExportReport export(Consumer<ObjectNode> change) throws IOException {
    return ChangedFolder.export(SOURCE, work, change);
  }

  private void refused(Consumer<ObjectNode> change, String fact) {
    assertThatThrownBy(() -> export(change))
        .isInstanceOf(PbqException.class)
        .hasMessageContaining("a GGUF file of architecture deepseek2 cannot say ")
        .hasMessageContaining(fact);
    assertThat(work.resolve("model.gguf")).doesNotExist();
  }

  private static void rope(ObjectNode config, Consumer<ObjectNode> change) {
    change.accept((ObjectNode) config.get("rope_parameters"));
  }

  @Test
  void whatLlamaCppComputesOtherwiseIsRefused() {
    refused(c -> rope(c, r -> r.remove("mscale_all_dim")), "the scale of scores");
    refused(c -> rope(c, r -> r.put("mscale", 0.5)), "the temperature of rotation");
    refused(
        c -> rope(c, r -> r.put("rope_type", "linear")),
        "a scaling of rotary positions other than yarn");
    refused(c -> c.put("rope_interleave", false), "which features turn together");
  }

  @Test
  void keysAreThoseOfLlamaCppsConverter() throws IOException {
    assertThat(export(c -> {}).notes())
        .anyMatch(note -> note.contains("the epsilon of the others, 0.004; the model's is 1.0E-6"));
    try (GgufReader reader = GgufReader.open(work.resolve("model.gguf"))) {
      assertThat(reader.values())
          .containsEntry("general.architecture", "deepseek2")
          .containsEntry("deepseek2.attention.head_count_kv", 1L)
          .containsEntry("deepseek2.attention.key_length", 24L)
          .containsEntry("deepseek2.attention.value_length", 16L)
          .containsEntry("deepseek2.attention.key_length_mla", 14L)
          .containsEntry("deepseek2.attention.value_length_mla", 6L)
          .containsEntry("deepseek2.attention.q_lora_rank", 20L)
          .containsEntry("deepseek2.attention.kv_lora_rank", 16L)
          .containsEntry("deepseek2.rope.dimension_count", 8L)
          .containsEntry("deepseek2.rope.scaling.yarn_log_multiplier", 0.1f)
          .containsEntry("deepseek2.leading_dense_block_count", 1L)
          .containsEntry("deepseek2.expert_gating_func", 2L)
          .containsEntry("deepseek2.expert_group_count", 3L)
          .doesNotContainKey("deepseek2.rope.scaling.attn_factor");
      assertThat(reader.tensors().get("blk.0.attn_k_b.weight").dims()).containsExactly(6L, 16L, 4L);
      assertThat(reader.tensors().get("blk.0.attn_v_b.weight").dims()).containsExactly(16L, 6L, 4L);
    }
  }

  /** Files of older programs: keys' and values' matrices in one tensor, widths of the heads. */
  @Test
  void filesOfTheOlderFormAreRead() throws IOException {
    Path file = work.resolve("old.gguf");
    ModelFolder folder = ModelFolder.open(SOURCE);
    CausalModel model = Architectures.of(folder.config(), "here");
    try (ExportSource source = ExportSource.open(folder)) {
      FileModel as = FileModel.of(source);
      List<PlannedTensor> planned = new ArrayList<>();
      for (FileTensor tensor :
          Placements.of(as.architecture(), model, name -> name.endsWith("attn_kv_b.weight"))) {
        if (as.tensors().hasHead() || !tensor.name().equals("output.weight")) {
          planned.add(new PlannedTensor(tensor, GgufType.F32, Fill.EXACT));
        }
      }
      assertThat(planned).anyMatch(t -> t.name().equals("blk.1.attn_kv_b.weight"));
      Metadata metadata = new Metadata();
      metadata.putString("general.architecture", "deepseek2");
      FactKeys.put(as.architecture(), as.facts(), older(metadata.of("deepseek2")));
      TensorRows rows = new TensorRows(as.tensors(), Map.of());
      new GgufWriter(rows, ExportProgress.NONE).write(file, metadata, planned);
    }
    Path unpacked = Files.createDirectories(work.resolve("unpacked"));
    new GgufModelFormat().unpack(file, unpacked);
    int[][] ids = {{1, 5, 77, 30, 101, 40, 12, 9, 180, 3, 17, 64, 8, 90, 33, 21, 54, 70}};
    float[] expected = Logits.of(folder, ids);
    float[] actual = Logits.of(ModelFolder.open(unpacked), ids);
    for (int i = 0; i < expected.length; i++) {
      assertThat(actual[i]).isCloseTo(expected[i], within(1e-4f));
    }
  }

  private static KeySink older(KeySink keys) {
    return new KeySink() {
      @Override
      public void count(String key, long value) {
        switch (key) {
          case "attention.key_length_mla" -> keys.count("attention.key_length", value);
          case "attention.value_length_mla" -> keys.count("attention.value_length", value);
          case "attention.head_count_kv" -> keys.count(key, 4);
          case "attention.key_length", "attention.value_length" -> {
            // Those of the form of one shared key and value.
          }
          default -> keys.count(key, value);
        }
      }

      @Override
      public void number(String key, double value) {
        keys.number(key, value);
      }

      @Override
      public void text(String key, String value) {
        keys.text(key, value);
      }

      @Override
      public void flag(String key, boolean value) {
        keys.flag(key, value);
      }

      @Override
      public void flags(String key, List<Boolean> values) {
        keys.flags(key, values);
      }
    };
  }
}
