package dev.pbq.export.onebit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.CheckpointWriter;
import dev.pbq.core.checkpoint.Checkpoints;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.PackedCheckpoint;
import dev.pbq.core.checkpoint.SafetensorsWriter;
import dev.pbq.core.checkpoint.TensorEntry;
import dev.pbq.core.packed.OneBitLinear;
import dev.pbq.core.packed.ScaleDtype;
import dev.pbq.core.tensor.DType;
import dev.pbq.core.tensor.LinearForm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Folders of OneBit's reference program: found without a flag, and not trusted. */
class OneBitLayoutTest {
  private static final String NAME = "model.layers.0.mlp.up_proj";

  @TempDir private Path folder;

  /** Row 0 begins with -1, +1, -1; in row 1 the last of eight is -1, which is the byte's sign. */
  private static final byte[] SIGNS = {0b00000101, (byte) 0b10000000};

  private static TensorEntry signs(DType type, long... shape) {
    int count = 1;
    for (long d : shape) {
      count *= (int) d;
    }
    byte[] bytes = new byte[count * type.bytes()];
    System.arraycopy(SIGNS, 0, bytes, 0, Math.min(2, bytes.length));
    return TensorEntry.ofBytes(NAME + ".weight", type, shape, bytes);
  }

  private static TensorEntry vector(String part, DType type, float... values) {
    long[] shape = {values.length};
    return TensorEntry.ofFloats(NAME + "." + part, type, shape, values);
  }

  /** Writes a layer [2, 8] with some tensors replaced, or, where they have no element, left out. */
  private ModelFolder write(TensorEntry... other) {
    List<TensorEntry> entries =
        new ArrayList<>(
            List.of(
                signs(DType.I8, 2, 1),
                vector("weight_scale", DType.F32, 2, 0.25f),
                vector("input_factor", DType.F32, 1, 2, 3, 4, 5, 6, 7, 8)));
    for (TensorEntry entry : other) {
      entries.removeIf(e -> e.name().equals(entry.name()));
      if (entry.byteCount() > 0) {
        entries.add(entry);
      }
    }
    SafetensorsWriter.write(folder.resolve(CheckpointWriter.SINGLE_FILE), entries, Map.of());
    return new ModelFolder(folder, JsonNodeFactory.instance.objectNode());
  }

  private static OneBitLinear layer() {
    byte[] negative = {1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    return new OneBitLinear(
        2,
        8,
        ScaleDtype.F32,
        negative,
        new float[] {1, 2, 3, 4, 5, 6, 7, 8},
        new float[] {2, 0.25f});
  }

  @Test
  void theServiceIsFound() {
    ModelFolder model = write();
    try (PackedCheckpoint weights = (PackedCheckpoint) Checkpoints.open(model)) {
      assertThat(weights.foreignLayout()).containsInstanceOf(OneBitLayout.class);
      assertThat(weights.packedLinears()).containsExactly(NAME);
      assertThat(weights.names()).containsExactly(NAME + ".weight");
      assertThat(weights.shape(NAME + ".weight")).containsExactly(2, 8);
      assertThat(weights.form(NAME)).isEqualTo(LinearForm.NORMALIZED);
      assertThat(weights.packed(NAME)).isEqualTo(layer());
      assertThat(weights.readMatrix(NAME + ".weight")).isEqualTo(layer().dequantize());
    }
    assertThat(Checkpoints.quantizedBy(model)).contains("onebit");
    try (Checkpoint stored = Checkpoint.open(folder)) {
      assertThatThrownBy(() -> Checkpoints.requireDense(model, stored))
          .isInstanceOf(PbqException.class)
          .hasMessage(folder + " is quantized already (layout of OneBit's reference program)");
    }
  }

  @Test
  void vectorsInHalfPrecisionKeepTheirType() {
    TensorEntry input = vector("input_factor", DType.F16, 1, 2, 3, 4, 5, 6, 7, 8);
    try (PackedCheckpoint one = (PackedCheckpoint) Checkpoints.open(write(input))) {
      assertThat(one.packed(NAME)).isEqualTo(layer());
    }
    TensorEntry output = vector("weight_scale", DType.F16, 2, 0.25f);
    try (PackedCheckpoint both = (PackedCheckpoint) Checkpoints.open(write(input, output))) {
      assertThat(((OneBitLinear) both.packed(NAME)).scaleDtype()).isEqualTo(ScaleDtype.F16);
    }
  }

  @Test
  void aFolderThatSaysBitllamaIsLlamaQuantizedByOneBit() throws IOException {
    write();
    Files.writeString(folder.resolve("config.json"), "{\"model_type\": \"bitllama\"}");
    ModelFolder model = ModelFolder.open(folder);
    assertThat(model.modelType()).contains("llama");
    assertThat(Checkpoints.isKnown(model)).isTrue();
    try (PackedCheckpoint weights = (PackedCheckpoint) Checkpoints.open(model)) {
      assertThat(weights.packed(NAME)).isEqualTo(layer());
    }
    write(vector("input_factor", DType.F32), vector("weight_scale", DType.F32));
    assertThatThrownBy(() -> Checkpoints.open(model))
        .isInstanceOf(PbqException.class)
        .hasMessageContaining("it holds no layer in OneBit's layout");
  }

  @Test
  void whateverIsWrongIsNamed() {
    assertRefused(vector("weight_scale", DType.F32), "weight_scale is missing");
    assertRefused(signs(DType.I8, 0, 1), "weight is missing");
    assertRefused(signs(DType.F32, 2, 8), "weight is F32: latent weights of a training");
    assertRefused(signs(DType.U8, 2, 1), "weight is U8[2, 1], not I8");
    assertRefused(signs(DType.I8, 2), "weight is I8[2], not I8 [outputs, inputs / 8]");
    assertRefused(signs(DType.I8, 3, 1), "weight_scale is F32[2], not F32, F16 or BF16 [3]");
    assertRefused(signs(DType.I8, 2, 2), "input_factor is F32[8], not F32, F16 or BF16 [16]");
    assertRefused(
        vector("input_factor", DType.F32, 1, 2, 3, 4, 5, 6, 7),
        "input_factor is F32[7], not F32, F16 or BF16 [8], 8 x the columns of .weight");
    assertRefused(vector("weight_scale", DType.F32, 1, Float.NaN), "weight_scale holds NaN at 1");
  }

  private void assertRefused(TensorEntry damage, String message) {
    try (PackedCheckpoint weights = (PackedCheckpoint) Checkpoints.open(write(damage))) {
      assertThatThrownBy(() -> weights.packed(NAME))
          .isInstanceOf(PbqException.class)
          .hasMessageContaining("OneBit tensor " + NAME + "." + message);
    }
  }
}
