package dev.pbq.core.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.packed.AffineGrid;
import dev.pbq.core.packed.BinaryGroupsLinear;
import dev.pbq.core.packed.BitmapCoding;
import dev.pbq.core.packed.BlockScales;
import dev.pbq.core.packed.GroupLayout;
import dev.pbq.core.packed.PackedReader;
import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.core.packed.RowColumnScales;
import dev.pbq.core.packed.ScaleDtype;
import dev.pbq.core.packed.ScaleFormat;
import dev.pbq.core.packed.ScaleVector;
import dev.pbq.core.packed.UniformLinear;
import dev.pbq.core.tensor.DType;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PackedCheckpointTest {
  private static final String LINEAR = "model.layers.0.q_proj";

  @TempDir Path folder;

  /** A layer of 2 x 3 codes in a layout of this test's own. */
  private static PackedTensorCollector layer(String name, byte... codes) {
    PackedTensorCollector out = new PackedTensorCollector(name);
    out.attribute("family", "uniform");
    out.attribute("rows", 2);
    out.attribute("cols", 3L);
    out.attribute("symmetric", true);
    out.tensor("codes", DType.U8, new long[] {2, 3}, codes);
    out.tensor("scales", DType.U8, new long[] {2}, new byte[] {1, 10});
    return out;
  }

  private static QuantizedLinear decode(PackedReader in) {
    int rows = in.integer("rows");
    int cols = in.integer("cols");
    byte[] scales = in.tensor("scales", DType.U8, rows);
    return new UniformLinear(
        rows,
        cols,
        cols,
        ScaleDtype.F32,
        in.tensor("codes", DType.U8, rows, cols),
        new AffineGrid(8, new float[] {scales[0], scales[1]}, new int[2]),
        Optional.empty());
  }

  private ModelFolder write(TensorGroup... groups) {
    return write(PackedCheckpoint.FORMAT_VERSION, groups);
  }

  private ModelFolder write(int version, TensorGroup... groups) {
    ObjectNode config = JsonNodeFactory.instance.objectNode();
    config
        .putObject("quantization_config")
        .put("quant_method", "pbq")
        .put("format_version", version);
    JsonFiles.write(folder.resolve("config.json"), config);
    CheckpointWriter.write(folder, List.of(groups), Map.of(), 10);
    return ModelFolder.open(folder);
  }

  private static TensorGroup dense(String name, float... values) {
    return TensorGroup.of(
        TensorEntry.ofFloats(name, DType.F16, new long[] {values.length}, values));
  }

  @Test
  void partsAndAttributesComeBackAsTheyWere() {
    PackedTensorCollector out = layer(LINEAR, new byte[] {0, 1, 2, 3, 4, 5});
    assertThat(out.descriptor())
        .isEqualTo("{\"family\":\"uniform\",\"rows\":2,\"cols\":3,\"symmetric\":true}");
    assertThat(out.entries())
        .extracting(TensorEntry::name)
        .containsExactly(LINEAR + ".codes", LINEAR + ".scales");
    write(out.group());
    try (Checkpoint stored = Checkpoint.open(folder)) {
      SafetensorsPackedReader in = new SafetensorsPackedReader(stored, LINEAR);
      assertThat(in.layer()).isEqualTo(LINEAR);
      assertThat(in.text("family")).isEqualTo("uniform");
      assertThat(in.text("symmetric")).isEqualTo("true");
      assertThat(in.integer("rows")).isEqualTo(2);
      assertThat(in.hasTensor("codes")).isTrue();
      assertThat(in.hasTensor("signs")).isFalse();
      assertThat(in.dtype("codes")).isEqualTo(DType.U8);
      assertThat(in.shape("codes")).containsExactly(2, 3);
      assertThat(in.tensor("codes", DType.U8, 2, 3)).containsExactly(0, 1, 2, 3, 4, 5);
    }
  }

  @Test
  void whatIsMissingOrDifferentIsNamed() {
    TensorGroup good = layer(LINEAR, new byte[6]).group();
    String key = PackedTensorCollector.KEY_PREFIX + LINEAR;
    write(good);
    try (Checkpoint stored = Checkpoint.open(folder)) {
      SafetensorsPackedReader in = new SafetensorsPackedReader(stored, LINEAR);
      bad(() -> in.tensor("signs", DType.U8, 1), "part signs is missing");
      bad(() -> in.dtype("signs"), "part signs is missing");
      bad(() -> in.tensor("codes", DType.I8, 2, 3), "part codes", "U8[2, 3]", "I8[2, 3]");
      bad(() -> in.tensor("codes", DType.U8, 3, 2), "part codes", "[3, 2]");
      bad(() -> in.integer("depth"), "attribute depth is missing");
      bad(() -> in.integer("family"), "attribute family is not an integer");
      SafetensorsFileTest.assertBadData(
          () -> new SafetensorsPackedReader(stored, "other"), "packed layer other");
    }
    for (String descriptor : new String[] {"", "[]", "{", "{\"a\":1,\"a\":2}", "null", "{} {}"}) {
      write(new TensorGroup(good.entries(), Map.of(key, descriptor)));
      try (Checkpoint stored = Checkpoint.open(folder)) {
        SafetensorsFileTest.assertBadData(
            () -> new SafetensorsPackedReader(stored, LINEAR), LINEAR, "descriptor");
      }
    }
    write(new TensorGroup(good.entries(), Map.of(key, "{\"a\":4294967296,\"b\":[],\"c\":1.5}")));
    try (Checkpoint stored = Checkpoint.open(folder)) {
      SafetensorsPackedReader in = new SafetensorsPackedReader(stored, LINEAR);
      bad(() -> in.integer("a"), "attribute a");
      bad(() -> in.text("b"), "attribute b");
      bad(() -> in.text("c"), "attribute c");
      bad(() -> in.integer("c"), "attribute c");
    }
  }

  private static void bad(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String... parts) {
    List<String> all = new ArrayList<>(List.of(parts));
    all.add("packed layer " + LINEAR);
    SafetensorsFileTest.assertBadData(call, all.toArray(String[]::new));
  }

  @Test
  void collectorsRefuseWhatCouldNotBeReadBack() {
    PackedTensorCollector out = layer("l", new byte[6]);
    assertThatThrownBy(() -> out.tensor("codes", DType.U8, new long[] {0}, new byte[0]))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> out.tensor("x", DType.F32, new long[] {2}, new byte[7]))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> out.attribute("rows", 3)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> out.attribute("error", 0.5))
        .isInstanceOf(IllegalArgumentException.class);
    for (String part : new String[] {"", "weight", "a.b"}) {
      assertThatThrownBy(() -> out.tensor(part, DType.U8, new long[] {0}, new byte[0]))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void packedAndDenseWeightsReadAlike() {
    ModelFolder model =
        write(
            dense("model.embed_tokens.weight", 1, 2),
            layer(LINEAR, new byte[] {0, 1, 2, 3, 4, 5}).group(),
            dense(LINEAR + ".bias", 8, 9),
            layer("model.layers.1.q_proj", new byte[] {5, 4, 3, 2, 1, 0}).group());
    try (PackedCheckpoint in = PackedCheckpoint.open(model, PackedCheckpointTest::decode)) {
      assertThat(in.packedLinears()).containsExactly(LINEAR, "model.layers.1.q_proj");
      assertThat(in.names())
          .containsExactly(
              "model.embed_tokens.weight",
              LINEAR + ".bias",
              LINEAR + ".weight",
              "model.layers.1.q_proj.weight");
      assertThat(in.contains(LINEAR + ".weight")).isTrue();
      assertThat(in.contains("layers.0.q_proj.weight")).isTrue();
      assertThat(in.contains(LINEAR + ".codes")).isFalse();
      assertThat(in.contains("model.layers.2.q_proj.weight")).isFalse();
      assertThat(in.shape("layers.0.q_proj.weight")).containsExactly(2, 3);
      assertThat(in.read("layers.0.q_proj.weight")).containsExactly(0, 1, 2, 30, 40, 50);
      assertThat(in.readMatrix("model.layers.1.q_proj.weight").data())
          .containsExactly(5, 4, 3, 20, 10, 0);
      assertThat(in.read(LINEAR + ".bias")).containsExactly(8, 9);
      assertThat(in.read("embed_tokens.weight")).containsExactly(1, 2);
      FloatBuffer row = FloatBuffer.allocate(3);
      in.readRows(LINEAR + ".weight", 1, 1, row);
      assertThat(row.array()).containsExactly(30, 40, 50);
      in.readRows("model.layers.1.q_proj.weight", 1, 1, row.clear());
      assertThat(row.array()).containsExactly(20, 10, 0);
      in.readRows(LINEAR + ".weight", 0, 1, row.clear());
      assertThat(row.array()).containsExactly(0, 1, 2);
      FloatBuffer all = FloatBuffer.allocate(6);
      in.readRows(LINEAR + ".weight", 0, 2, all);
      assertThat(all.array()).containsExactly(0, 1, 2, 30, 40, 50);
      assertThatThrownBy(() -> in.readRows(LINEAR + ".weight", 1, 2, all.clear()))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThat(in.packed("layers.1.q_proj").rows()).isEqualTo(2);
      CheckpointTest.assertNotFound(() -> in.packed("nope"), "nope");
      CheckpointTest.assertNotFound(() -> in.read("nope.weight"), "nope.weight");
      CheckpointTest.assertNotFound(() -> in.shape(LINEAR + ".codes"), "part of a packed layer");
    }
  }

  /** A wrong shape must be refused before memory of that size is taken. */
  @Test
  void shapesAreKnownWithoutDecodingALayer() {
    ModelFolder model = write(layer(LINEAR, new byte[] {0, 1, 2, 3, 4, 5}).group());
    PackedReaderFailure decoder = new PackedReaderFailure();
    try (PackedCheckpoint in = PackedCheckpoint.open(model, decoder::decode)) {
      assertThat(in.shape(LINEAR + ".weight")).containsExactly(2, 3);
      assertThat(decoder.asked).isZero();
      assertThatThrownBy(() -> in.read(LINEAR + ".weight")).isInstanceOf(AssertionError.class);
      assertThat(decoder.asked).isOne();
    }
  }

  private static final class PackedReaderFailure {
    private int asked;

    private QuantizedLinear decode(PackedReader in) {
      asked++;
      throw new AssertionError("decoded " + in.layer());
    }
  }

  /** A layer whose blocks happen to have no salient column has parts of no bytes. */
  @Test
  void emptyPartsComeBack() {
    ScaleVector rows = ScaleVector.encode(ScaleFormat.U8, new double[] {0.5, 2});
    ScaleVector cols = ScaleVector.encode(ScaleFormat.U8, new double[] {1, 4, 2});
    Optional<ScaleVector> none = Optional.of(ScaleVector.encode(ScaleFormat.U8, new double[0]));
    RowColumnScales salient = new RowColumnScales(rows, none.get(), Optional.of(rows), none);
    RowColumnScales other = new RowColumnScales(rows, cols, Optional.empty(), Optional.empty());
    BinaryGroupsLinear linear =
        new BinaryGroupsLinear(
            2,
            3,
            3,
            GroupLayout.rowColumns(2, 1, false),
            ScaleFormat.U8,
            BitmapCoding.CODED,
            new long[1],
            new byte[] {1, 0, 1, 0, 0, 1},
            List.of(new BlockScales(List.of(salient, salient, other))));
    PackedTensorCollector out = new PackedTensorCollector(LINEAR);
    linear.write(out);
    try (PackedCheckpoint in = PackedCheckpoint.open(write(out.group()))) {
      assertThat(in.stored().shape(LINEAR + ".col_2")).containsExactly(0);
      assertThat(in.packed(LINEAR)).isEqualTo(linear);
      assertThat(in.read(LINEAR + ".weight")).containsExactly(0.5f, -2, 1, -2, -8, 4);
    }
  }

  @Test
  void theFolderDecidesHowItIsOpened() {
    ModelFolder model = write(layer(LINEAR, new byte[6]).group());
    try (ModelWeights weights = Checkpoints.open(model)) {
      assertThat(weights).isInstanceOf(PackedCheckpoint.class);
    }
  }

  @Test
  void foldersThatDoNotFitAreRefused() {
    TensorGroup group = layer(LINEAR, new byte[6]).group();
    ModelFolder newer = write(PackedCheckpoint.FORMAT_VERSION + 1, group);
    SafetensorsFileTest.assertBadData(
        () -> PackedCheckpoint.open(newer), folder.toString(), "format_version");
    ModelFolder twice = write(group, dense(LINEAR + ".weight", 1));
    SafetensorsFileTest.assertBadData(() -> PackedCheckpoint.open(twice), LINEAR, "twice");
    ModelFolder dense = new ModelFolder(folder, JsonNodeFactory.instance.objectNode());
    assertThatThrownBy(() -> PackedCheckpoint.open(dense)).isInstanceOf(PbqException.class);
  }
}
