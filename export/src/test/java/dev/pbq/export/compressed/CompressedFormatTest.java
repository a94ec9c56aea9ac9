package dev.pbq.export.compressed;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.CheckpointWriter;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.ShardSize;
import dev.pbq.core.checkpoint.TensorGroup;
import dev.pbq.core.tensor.DType;
import dev.pbq.export.AffinePlan;
import dev.pbq.export.RandomGrid;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Layers in the layouts of compressed-tensors: the way back, a word by hand, and the settings. */
class CompressedFormatTest {
  private static final String LINEAR = "model.layers.0.mlp.down_proj";
  private static final int ROWS = 20;
  private static final int COLS = 96;

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "4, 32, false, false",
    "4, 96, true, false",
    "8, 32, false, false",
    "8, 96, false, true",
    "8, 32, true, true"
  })
  void whatIsWrittenReadsBackToTheLastBit(
      int bits, int groupSize, boolean symmetric, boolean naive) {
    RandomGrid grid = RandomGrid.of(ROWS, COLS, bits, groupSize, symmetric);
    AffinePlan plan = grid.plan(LINEAR);
    CompressedFormat format = new CompressedFormat(naive, DType.F16);
    TensorGroup group = format.tensors(LINEAR, grid::layer, plan);
    CheckpointWriter.write(folder, List.of(group), Map.of(), ShardSize.DEFAULT);
    ObjectNode config = JsonNodeFactory.instance.objectNode().put("model_type", "llama");
    config.set("quantization_config", format.settings(plan, List.of("lm_head"), "rtn"));
    ModelFolder model = new ModelFolder(folder, config);
    try (Checkpoint written = Checkpoint.open(folder)) {
      assertThat(new CompressedTensorsLayout().linears(model, written)).containsExactly(LINEAR);
      assertThat(written.contains(LINEAR + ".weight_zero_point")).isEqualTo(!symmetric);
      assertThat(written.info(LINEAR + ".weight_scale").shape())
          .containsExactly(ROWS, COLS / groupSize);
      assertThat(format.read(model, written, LINEAR, plan, ROWS, COLS))
          .containsExactly(grid.linear().dequantize().data());
      int code = grid.linear().codes()[3 * COLS + 9] & 0xff;
      if (naive) {
        assertThat(written.bytes(LINEAR + ".weight", 3 * COLS + 9, 1).get(0) + 128).isEqualTo(code);
      } else {
        int words = COLS * bits / 32;
        int word = 9 * bits / 32;
        int value = written.bytes(LINEAR + ".weight_packed", 4L * (3 * words + word), 4).getInt(0);
        assertThat(value >>> (9 * bits % 32) & ((1 << bits) - 1)).isEqualTo(code);
      }
    }
  }

  @Test
  void settingsHaveASchemeForEachKindOfLayer() {
    AffinePlan plan =
        new AffinePlan(
            Map.of(
                "a.down_proj", new AffinePlan.Grid(8, -1, true, false, false, false),
                "a.up_proj", new AffinePlan.Grid(4, 64, true, false, false, false)),
            Map.of(),
            List.of("a.o_proj"),
            List.of());
    JsonNode settings =
        new CompressedFormat(false, DType.F16).settings(plan, List.of("model.embed"), "rtn");
    assertThat(settings.path("format").asText()).isEqualTo("pack-quantized");
    assertThat(settings.path("config_groups")).hasSize(2);
    for (JsonNode group : settings.path("config_groups")) {
      boolean wide = group.path("weights").path("num_bits").asInt() == 8;
      assertThat(group.path("targets").get(0).asText())
          .isEqualTo(wide ? "a.down_proj" : "a.up_proj");
      assertThat(group.path("weights").path("strategy").asText())
          .isEqualTo(wide ? "channel" : "group");
      assertThat(group.path("weights").path("symmetric").asBoolean()).isTrue();
    }
    assertThat(settings.path("ignore"))
        .extracting(JsonNode::asText)
        .containsExactly("a.o_proj", "model.embed", "lm_head");
  }
}
