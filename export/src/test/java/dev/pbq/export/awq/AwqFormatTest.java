package dev.pbq.export.awq;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.CheckpointWriter;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.ShardSize;
import dev.pbq.core.checkpoint.TensorGroup;
import dev.pbq.export.AffinePlan;
import dev.pbq.export.RandomGrid;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Layers in AWQ's layout: the words of a small case, the way back, and what has no place. */
class AwqFormatTest {
  private static final String LINEAR = "model.layers.0.mlp.down_proj";
  private static final int[] ORDER = {0, 2, 4, 6, 1, 3, 5, 7};

  private final AwqFormat format = new AwqFormat();
  @TempDir private Path folder;

  @Test
  void whatIsWrittenReadsBackToTheLastBit() {
    RandomGrid grid = RandomGrid.of(24, 96, 4, 32, false);
    AffinePlan plan = grid.plan(LINEAR);
    TensorGroup group = format.tensors(LINEAR, grid::layer, plan);
    CheckpointWriter.write(folder, List.of(group), Map.of(), ShardSize.DEFAULT);
    ObjectNode config = JsonNodeFactory.instance.objectNode().put("model_type", "llama");
    ObjectNode settings = format.settings(plan, List.of(), "rtn");
    config.set("quantization_config", settings);
    assertThat(settings.path("group_size").asInt()).isEqualTo(32);
    try (Checkpoint written = Checkpoint.open(folder)) {
      float[] read = format.read(new ModelFolder(folder, config), written, LINEAR, plan, 24, 96);
      assertThat(read).containsExactly(grid.linear().dequantize().data());
      // Input 5, outputs 8 to 15: the program's order of the nibbles, from the lowest on.
      ByteBuffer words = written.bytes(LINEAR + ".qweight", (5 * 3 + 1) * 4, 4);
      int word = words.getInt(0);
      for (int place = 0; place < 8; place++) {
        int code = grid.linear().codes()[(8 + ORDER[place]) * 96 + 5];
        assertThat(word >>> (4 * place) & 15).isEqualTo(code);
      }
    }
  }

  @Test
  void whatHasNoPlaceIsNamed() {
    assertThat(format.misfit(20, 64))
        .contains("20 outputs, not a multiple of the 8 codes in a word");
    assertThat(format.misfit(24, 64)).isEmpty();
    AffinePlan.Grid most = new AffinePlan.Grid(4, 32, false, false, false, false);
    assertThat(format.misfit(most, most)).isEmpty();
    assertThat(format.misfit(new AffinePlan.Grid(4, 64, false, false, false, false), most))
        .contains("groups of 64 columns, where the layout has one size for all layers, here 32");
    assertThat(format.misfit(new AffinePlan.Grid(4, 32, false, true, false, false), most))
        .hasValueSatisfying(why -> assertThat(why).contains("act order"));
    assertThat(format.misfit(new AffinePlan.Grid(4, 32, false, false, true, false), most))
        .hasValueSatisfying(why -> assertThat(why).contains("narrower"));
  }
}
