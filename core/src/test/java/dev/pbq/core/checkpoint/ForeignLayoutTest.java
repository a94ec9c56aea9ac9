package dev.pbq.core.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.packed.AffineGrid;
import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.core.packed.ScaleDtype;
import dev.pbq.core.packed.UniformLinear;
import dev.pbq.core.tensor.DType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Folders in a layout that core knows through its interface alone. */
class ForeignLayoutTest {
  private static final ForeignLayouts LAYOUTS = new ForeignLayouts(List.of(new Bytes()));

  @TempDir private Path folder;

  /** A linear {@code x} is a tensor {@code x.codes} of bytes [rows, cols], each a weight. */
  private static final class Bytes implements ForeignLayout {
    @Override
    public String name() {
      return "bytes";
    }

    @Override
    public String title() {
      return "BYTES";
    }

    @Override
    public Set<String> linears(ModelFolder folder, Checkpoint stored) {
      Set<String> linears = new TreeSet<>();
      for (String name : stored.names()) {
        if (name.endsWith(".codes")) {
          linears.add(name.substring(0, name.length() - ".codes".length()));
        }
      }
      return linears;
    }

    @Override
    public QuantizedLinear read(ModelFolder folder, Checkpoint stored, String linear) {
      TensorInfo info = stored.info(linear + ".codes");
      byte[] codes = new byte[(int) info.byteCount()];
      stored.bytes(info.name(), 0, codes.length).get(codes);
      int rows = (int) info.shape()[0];
      int cols = (int) info.shape()[1];
      float[] scale = new float[rows];
      Arrays.fill(scale, (float) folder.config().path("step").asDouble(1));
      AffineGrid grid = new AffineGrid(8, scale, new int[rows]);
      return new UniformLinear(rows, cols, cols, ScaleDtype.F32, codes, grid, Optional.empty());
    }
  }

  private ModelFolder write(String method, TensorEntry... more) {
    List<TensorEntry> entries = new ArrayList<>(List.of(more));
    entries.add(TensorEntry.ofFloats("norm", DType.F32, new long[] {1}, new float[] {7}));
    SafetensorsWriter.write(folder.resolve(CheckpointWriter.SINGLE_FILE), entries, Map.of());
    ObjectNode config = JsonNodeFactory.instance.objectNode().put("step", 0.5);
    if (method != null) {
      config.putObject("quantization_config").put("quant_method", method);
    }
    return new ModelFolder(folder, config);
  }

  private static TensorEntry codes(String linear) {
    return TensorEntry.ofBytes(linear + ".codes", DType.U8, new long[] {2, 1}, new byte[] {4, 6});
  }

  @Test
  void aFolderIsRecognisedByItsConfigurationOrItsTensors() {
    for (String method : new String[] {"bytes", null}) {
      ModelFolder model = write(method, codes("a.b"));
      try (ModelWeights weights = Checkpoints.open(model, LAYOUTS)) {
        assertThat(weights.readMatrix("a.b.weight").data()).containsExactly(2, 3);
        assertThat(weights.read("norm")).containsExactly(7);
        assertThat(weights.contains("a.b.codes")).isFalse();
        assertThat(((PackedCheckpoint) weights).foreignLayout())
            .hasValueSatisfying(layout -> assertThat(layout.name()).isEqualTo("bytes"));
      }
    }
  }

  @Test
  void aFolderOfNoLayoutIsDense() {
    try (ModelWeights weights = Checkpoints.open(write(null), LAYOUTS)) {
      assertThat(weights).isInstanceOf(Checkpoint.class);
    }
  }

  @Test
  void aFolderThatClaimsALayoutHoldsIt() {
    SafetensorsFileTest.assertBadData(
        () -> Checkpoints.open(write("bytes"), LAYOUTS),
        folder + ": quantized with 'bytes', but it holds no layer in BYTES's layout");
  }

  @Test
  void aLayerIsNotStoredTwice() {
    TensorEntry dense =
        TensorEntry.ofFloats("a.b.weight", DType.F32, new long[] {2, 1}, new float[2]);
    SafetensorsFileTest.assertBadData(
        () -> Checkpoints.open(write(null, codes("a.b"), dense), LAYOUTS),
        "layer a.b is stored twice, packed and dense");
  }

  @Test
  void withoutTheLayoutTheMethodIsUnknown() {
    ModelFolder model = write("bytes", codes("a.b"));
    assertThat(Checkpoints.isKnown(model)).isFalse();
    SafetensorsFileTest.assertBadData(
        () -> Checkpoints.open(model), "already quantized with 'bytes' (tensor a.b.codes is ");
    SafetensorsFileTest.assertBadData(
        () -> Checkpoints.requireKnown(model), "which pbq does not read; it needs the original");
    ModelFolder silent = write(null, codes("a.b"));
    assertThat(Checkpoints.isKnown(silent)).isTrue();
    try (Checkpoint stored = Checkpoint.open(folder)) {
      assertThatCode(() -> Checkpoints.requireDense(silent, stored)).doesNotThrowAnyException();
    }
  }
}
