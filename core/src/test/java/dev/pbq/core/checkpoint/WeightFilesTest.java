package dev.pbq.core.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.tensor.DType;
import dev.pbq.core.testkit.LogCapture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WeightFilesTest {
  private static final long ONE_TENSOR = 4;

  @TempDir private Path folder;

  private ModelFolder config(boolean packed) {
    ObjectNode config = JsonNodeFactory.instance.objectNode();
    if (packed) {
      config
          .putObject("quantization_config")
          .put("quant_method", "pbq")
          .put("format_version", PackedCheckpoint.FORMAT_VERSION);
    }
    JsonFiles.write(folder.resolve(ModelFolder.CONFIG), config);
    return ModelFolder.open(folder);
  }

  private void write(WeightFiles names, long shardBytes, String... tensors) {
    List<TensorGroup> groups =
        List.of(tensors).stream()
            .map(name -> TensorEntry.ofFloats(name, DType.F32, new long[] {1}, new float[] {1}))
            .map(TensorGroup::of)
            .toList();
    CheckpointWriter.write(folder, names, groups, Map.of(), shardBytes);
  }

  private static List<String> names(ModelFolder model) {
    try (Checkpoint opened = Checkpoint.open(model)) {
      return opened.names();
    }
  }

  @Test
  void noOtherProgramTakesPackedFilesForItsOwn() {
    write(WeightFiles.PACKED, ONE_TENSOR, "a", "b");
    write(WeightFiles.PACKED, 100, "c");
    assertThat(folder.toFile().list())
        .containsExactlyInAnyOrder(
            "pbq-00001-of-00001.safetensors",
            "pbq-00001-of-00002.safetensors",
            "pbq-00002-of-00002.safetensors",
            "pbq.safetensors.index.json");
    assertThat(WeightFiles.PACKED.isShard("pbq-00002-of-00002.safetensors")).isTrue();
    assertThat(WeightFiles.PACKED.isShard("model-00002-of-00002.safetensors")).isFalse();
  }

  @Test
  void packedFoldersOpenUnderBothNames() {
    ModelFolder model = config(true);
    write(WeightFiles.DENSE, 100, "old");
    assertThat(names(model)).containsExactly("old");
    try (LogCapture log = LogCapture.of(WeightFiles.class)) {
      write(WeightFiles.PACKED, ONE_TENSOR, "new", "newer");
      assertThat(names(model)).containsExactly("new", "newer");
      assertThat(log.warnings())
          .singleElement()
          .asString()
          .contains("pbq-00001-of-00001.safetensors and model.safetensors; the former counts");
    }
  }

  @Test
  void aDenseModelHasTheUsualNames() {
    ModelFolder model = config(false);
    write(WeightFiles.PACKED, 100, "packed");
    assertThat(names(model)).containsExactly("packed");
    write(WeightFiles.DENSE, 100, "dense");
    assertThat(names(model)).containsExactly("dense");
  }

  @Test
  void aSnapshotIsCompleteWithAllShards() throws IOException {
    config(true);
    assertThat(HubCache.holdsModel(folder)).isFalse();
    write(WeightFiles.PACKED, ONE_TENSOR, "a", "b");
    assertThat(HubCache.holdsModel(folder)).isTrue();
    Files.delete(folder.resolve(WeightFiles.PACKED.shard(2, 2)));
    assertThat(HubCache.holdsModel(folder)).isFalse();
  }
}
