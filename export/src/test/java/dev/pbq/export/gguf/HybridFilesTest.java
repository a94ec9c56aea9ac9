package dev.pbq.export.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.export.ExportReport;
import dev.pbq.export.gguf.file.GgufFile;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What files say of a gated delta rule, of a small Qwen 3.5 with random weights. */
class HybridFilesTest {
  private static final Path SOURCE =
      Path.of("../core/src/test/resources/architectures/qwen3_5-text");

  @TempDir private Path work;

  private ExportReport export(Consumer<ObjectNode> change) throws IOException {
    return ChangedFolder.export(SOURCE, work, change);
  }

  @Test
  void keysAreThoseOfLlamaCppsConverter() throws IOException {
    assertThat(export(c -> {}).notes()).anyMatch(n -> n.contains("of one width, not 8 and 6"));
    try (GgufReader reader = GgufReader.open(work.resolve("model.gguf"))) {
      assertThat(reader.values())
          .containsEntry("general.architecture", "qwen35")
          .containsEntry("qwen35.ssm.conv_kernel", 4L)
          .containsEntry("qwen35.ssm.state_size", 8L)
          .containsEntry("qwen35.ssm.group_count", 2L)
          .containsEntry("qwen35.ssm.time_step_rank", 4L)
          .containsEntry("qwen35.ssm.inner_size", 24L)
          .containsEntry("qwen35.full_attention_interval", 4L)
          .containsEntry("qwen35.rope.dimension_count", 4L)
          .containsEntry("qwen35.rope.dimension_sections", List.of(1L, 1L, 0L, 0L));
      assertThat(reader.tensors().get("blk.0.ssm_conv1d.weight").dims()).containsExactly(4L, 56L);
      assertThat(reader.tensors().get("blk.0.ssm_a").dims()).containsExactly(4L);
    }
    export(
        c -> {
          ObjectNode rope = (ObjectNode) c.get("rope_parameters");
          rope.putArray("mrope_section").add(2).add(0).add(0);
        });
    try (GgufReader reader = GgufReader.open(work.resolve("model.gguf"))) {
      assertThat(reader.values())
          .containsEntry("qwen35.rope.dimension_sections", List.of(2L, 0L, 0L, 0L));
    }
  }

  /** Two keys with two heads of values each: 0 1 2 3 become 0 2 1 3, and rates are powers of e. */
  @Test
  void headsOfValuesStandInLlamaCppsOrder() throws IOException {
    export(c -> {});
    String path = "model.layers.1.linear_attn.";
    try (GgufFile file = GgufFile.open(work.resolve("model.gguf"));
        Checkpoint model = Checkpoint.open(SOURCE)) {
      float[] logs = read(model, path + "A_log", 4);
      float[] rates = new float[4];
      file.readRows(file.tensors().get("blk.1.ssm_a"), 0, 1, rates);
      int[] order = {0, 2, 1, 3};
      for (int h = 0; h < 4; h++) {
        assertThat(rates[h]).isEqualTo((float) -Math.exp(logs[order[h]]));
      }
      float[] out = read(model, path + "out_proj.weight", 32 * 24);
      float[] inFile = new float[32 * 24];
      file.readRows(file.tensors().get("blk.1.ssm_out.weight"), 0, 32, inFile);
      float[] gates = read(model, path + "in_proj_z.weight", 24 * 32);
      float[] gatesInFile = new float[24 * 32];
      file.readRows(file.tensors().get("blk.1.attn_gate.weight"), 0, 24, gatesInFile);
      for (int i = 0; i < 32 * 24; i++) {
        int column = i % 24;
        int from = order[column / 6] * 6 + column % 6;
        assertThat(inFile[i]).isEqualTo(out[i - column + from]);
        int row = i / 32;
        assertThat(gatesInFile[i]).isEqualTo(gates[(order[row / 6] * 6 + row % 6) * 32 + i % 32]);
      }
    }
  }

  private static float[] read(Checkpoint model, String name, int values) {
    float[] into = new float[values];
    model.readRows(name, 0, model.shape(name)[0], FloatBuffer.wrap(into));
    return into;
  }

  /** llama.cpp knows every how many blocks attention stands, and no other pattern. */
  @Test
  void anotherPatternOfBlocksIsRefused() {
    assertThatThrownBy(
            () ->
                export(
                    c -> {
                      ArrayNode types = c.putArray("layer_types");
                      types.add("linear_attention").add("linear_attention");
                      types.add("full_attention").add("linear_attention");
                    }))
        .isInstanceOf(PbqException.class);
    assertThat(work.resolve("model.gguf")).doesNotExist();
  }
}
