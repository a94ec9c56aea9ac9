package dev.pbq.export.hqq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.CheckpointWriter;
import dev.pbq.core.checkpoint.Checkpoints;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.PackedCheckpoint;
import dev.pbq.core.checkpoint.SafetensorsWriter;
import dev.pbq.core.checkpoint.TensorEntry;
import dev.pbq.core.packed.ComputeDtype;
import dev.pbq.core.packed.FlatGroups;
import dev.pbq.core.packed.HqqLinear;
import dev.pbq.core.packed.HqqParameters;
import dev.pbq.core.packed.ScaleDtype;
import dev.pbq.core.tensor.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Folders of HQQ's reference program: found without a flag, and not trusted. */
class HqqLayoutTest {
  private static final String NAME = "model.layers.0.mlp.up_proj";

  @TempDir private Path folder;

  private static HqqLinear layer() {
    return new HqqLinear(
        2,
        4,
        new FlatGroups(1, 4),
        15,
        ScaleDtype.F32,
        ComputeDtype.F32,
        new byte[] {0, 1, 2, 3, 12, 13, 14, 15},
        new HqqParameters.Plain(new float[] {0.5f, 2}),
        new HqqParameters.Plain(new float[] {1, 8}));
  }

  /** Writes the layer with some tensors replaced, or, where they have no element, left out. */
  private ModelFolder write(TensorEntry... other) {
    List<TensorEntry> entries = new ArrayList<>(HqqLayerWriter.entries(NAME, () -> layer()));
    for (TensorEntry entry : other) {
      entries.removeIf(e -> e.name().equals(entry.name()));
      if (entry.byteCount() > 0) {
        entries.add(entry);
      }
    }
    SafetensorsWriter.write(folder.resolve(CheckpointWriter.SINGLE_FILE), entries, Map.of());
    return new ModelFolder(folder, JsonNodeFactory.instance.objectNode());
  }

  private static TensorEntry bytes(String key, DType type, long[] shape, byte... bytes) {
    return TensorEntry.ofBytes(NAME + "." + key, type, shape, bytes);
  }

  private static TensorEntry text(String key, String value) {
    byte[] bytes = value.getBytes(StandardCharsets.US_ASCII);
    return bytes(key, DType.U8, new long[] {bytes.length}, bytes);
  }

  private static TensorEntry shape(long rows, long cols) {
    ByteBuffer dims = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    dims.putLong(rows).putLong(cols);
    return bytes("shape", DType.I64, new long[] {2}, dims.array());
  }

  private static TensorEntry integer(String key, int value) {
    ByteBuffer bytes = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value);
    return bytes(key, DType.I32, new long[0], bytes.array());
  }

  private static TensorEntry missing(String key) {
    return bytes(key, DType.U8, new long[] {0});
  }

  @Test
  void theServiceIsFound() {
    ModelFolder model = write();
    try (PackedCheckpoint weights = (PackedCheckpoint) Checkpoints.open(model)) {
      assertThat(weights.foreignLayout()).containsInstanceOf(HqqLayout.class);
      assertThat(weights.packedLinears()).containsExactly(NAME);
      assertThat(weights.packed(NAME)).isEqualTo(layer());
      assertThat(weights.readMatrix(NAME + ".weight")).isEqualTo(layer().dequantize());
    }
    assertThat(Checkpoints.quantizedBy(model)).contains("hqq");
    ObjectNode config = JsonNodeFactory.instance.objectNode();
    config.putObject("quantization_config").put("quant_method", "hqq");
    assertThat(Checkpoints.isKnown(new ModelFolder(folder, config))).isTrue();
  }

  @Test
  void itIsNotQuantizedAgain() {
    ModelFolder model = write();
    try (Checkpoint stored = Checkpoint.open(folder)) {
      assertThatThrownBy(() -> Checkpoints.requireDense(model, stored))
          .isInstanceOf(PbqException.class)
          .hasMessage(folder + " is quantized already (layout of HQQ's reference program)");
    }
  }

  @Test
  void aLayerIsNotStoredTwice() {
    TensorEntry dense =
        TensorEntry.ofFloats(NAME + ".weight", DType.F32, new long[] {2, 4}, new float[8]);
    assertThatThrownBy(() -> Checkpoints.open(write(dense)))
        .isInstanceOf(PbqException.class)
        .hasMessageContaining("layer " + NAME + " is stored twice, packed and dense");
  }

  @Test
  void whateverIsWrongIsNamed() {
    assertRefused(missing("scale"), "scale is missing");
    assertRefused(shape(0, 4), "shape says 0 x 4");
    assertRefused(shape(1L << 16, 1L << 16), "shape says 65536 x 65536");
    assertRefused(shape(Long.MAX_VALUE, 2), "shape says");
    assertRefused(shape(4, 4), "W_q is U8[1, 4] where U8[2, 4] belongs");
    assertRefused(integer("axis", 2), "axis is 2, neither 0 nor 1");
    assertRefused(integer("group_size", 3), "group_size is 3");
    assertRefused(integer("group_size", -4), "group_size is -4");
    assertRefused(integer("nbits", 9), "nbits is 9.0");
    assertRefused(text("packing", "os.system"), "packing says 'os.system', an unknown packing");
    assertRefused(text("compute_dtype", "torch.int8"), "compute_dtype says 'torch.int8'");
    assertRefused(bytes("quant_zero", DType.U8, new long[0], (byte) 1), "quant_zero is set");
    assertRefused(bytes("quant_scale", DType.U8, new long[0], (byte) 7), "not a flag");
    assertRefused(
        TensorEntry.ofFloats(
            NAME + ".zero", DType.F32, new long[] {2, 1}, new float[] {1, Float.NaN}),
        "zero holds NaN for group 1");
  }

  private void assertRefused(TensorEntry damage, String message) {
    try (PackedCheckpoint weights = (PackedCheckpoint) Checkpoints.open(write(damage))) {
      assertThatThrownBy(() -> weights.packed(NAME))
          .isInstanceOf(PbqException.class)
          .hasMessageContaining("HQQ tensor " + NAME + ".")
          .hasMessageContaining(message);
    }
  }
}
