package dev.pbq.formats.arithmetic;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pbq.core.packed.BlockFormatLinear;
import dev.pbq.core.packed.NumberFormat;
import dev.pbq.core.packed.NumberFormat.BlockFloat;
import dev.pbq.core.packed.NumberFormat.BlockLogarithm;
import dev.pbq.core.packed.NumberFormat.BlockMiniFloat;
import dev.pbq.core.packed.NumberFormat.DenormFloat;
import dev.pbq.core.packed.NumberFormat.FixedPoint;
import dev.pbq.core.packed.NumberFormat.Logarithm;
import dev.pbq.core.packed.NumberFormat.MiniFloat;
import dev.pbq.core.packed.PackedLinears;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.core.testkit.GoldenFile;
import dev.pbq.core.testkit.GoldenSet;
import dev.pbq.core.testkit.MemoryPackedWriter;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every case of the golden number formats, bit for bit; weights also packed and read back. */
class NumberFormatsGoldenTest {
  private final GoldenSet golden = GoldenSet.find("hqq-and-blocks", NumberFormatsGoldenTest.class);

  @TestFactory
  List<DynamicTest> cases() {
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonNode entry : golden.manifest("MANIFEST.json").get("files")) {
      String path = entry.get("path").asText();
      if (!path.matches("blockfmt.*\\.json")) {
        continue;
      }
      GoldenFile file = golden.file(path.replace(".json", ".safetensors"));
      for (JsonNode c : golden.manifest(path)) {
        String name = c.get("name").asText() + " " + c.get("input").asText();
        tests.add(DynamicTest.dynamicTest(name, () -> compare(c, file)));
      }
    }
    assertThat(tests).hasSizeGreaterThan(200);
    return tests;
  }

  private static void compare(JsonNode c, GoldenFile file) {
    String input = c.get("input").asText();
    JsonNode params = c.get("params");
    int[] shape = file.shape(input);
    boolean skipFirst = params.path("skip_first_dim").asBoolean();
    TensorFormat format = new TensorFormat(format(c), blocks(params), Rules.COMPAT);
    if (c.has("inferred_block")) {
      compareBlocks(c, Tiling.of(format.blocks(), skipFirst, shape), skipFirst);
    }
    float[] expected = file.floats(c.get("name").asText());
    float[] x = file.floats(input);
    format.quantize(FloatBuffer.wrap(x), skipFirst, elementWise(c) ? flat(x) : shape);
    int nonFinite = 0;
    for (int i = 0; i < expected.length; i++) {
      assertSame(x[i], expected[i], i);
      nonFinite += Float.isFinite(x[i]) ? 0 : 1;
    }
    assertThat(nonFinite).isEqualTo(c.get("n_nonfinite").asInt());

    boolean isSigned = params.path("is_signed").asBoolean(true);
    if (shape.length == 2 && !skipFirst && nonFinite == 0 && isSigned) {
      FloatMatrix w = file.matrix(input);
      BlockFormatLinear packed = format.pack("golden", w);
      assertThat(packed.dequantize().data()).isEqualTo(x);
      assertThat(PackedLinears.read(MemoryPackedWriter.of(packed).reader("golden")))
          .isEqualTo(packed);
    }
  }

  private static int[] flat(float[] x) {
    return new int[] {x.length};
  }

  private static boolean elementWise(JsonNode c) {
    return !c.has("inferred_block");
  }

  /** Zeros may differ in sign: that of the reference's depends on how it cuts the blocks. */
  private static void assertSame(float ours, float reference, int i) {
    if (ours != reference && !(Float.isNaN(ours) && Float.isNaN(reference))) {
      assertThat(ours).as("element %d", i).isEqualTo(reference);
    }
  }

  private static void compareBlocks(JsonNode c, Tiling tiling, boolean skipFirst) {
    List<Integer> block = new ArrayList<>();
    c.get("inferred_block").forEach(n -> block.add(n.asInt()));
    int last = block.size() - 1;
    assertThat(tiling.tileCols()).isEqualTo(block.get(last));
    if (last > 0) {
      assertThat(tiling.tileRows()).isEqualTo(block.get(last - 1));
    }
    if (last == 2) {
      assertThat(block.get(0)).isEqualTo(1);
      assertThat(skipFirst).isTrue();
    }
    long padded = 1;
    for (JsonNode n : c.get("padded_shape")) {
      padded *= n.asInt();
    }
    int tile = tiling.tileRows() * tiling.tileCols();
    assertThat((long) tiling.tiles() * tile).isEqualTo(padded);
    if (c.hasNonNull("num_blocks")) {
      assertThat(tiling.tiles()).isEqualTo(c.get("num_blocks").asInt());
    }
  }

  private static BlockShape blocks(JsonNode params) {
    List<Integer> sizes = new ArrayList<>();
    params.path("block_size").forEach(n -> sizes.add(n.asInt()));
    return sizes.isEmpty() ? BlockShape.WHOLE : new BlockShape(sizes);
  }

  private static NumberFormat format(JsonNode c) {
    JsonNode p = c.get("params");
    int width = p.get("width").asInt();
    int exponentWidth = p.path("exponent_width").asInt();
    int half = (1 << (exponentWidth - 1)) - 1;
    return switch (c.get("quantizer").asText()) {
      case "integer" ->
          new FixedPoint(width, p.get("frac_width").asInt(), p.path("is_signed").asBoolean(true));
      case "log" -> new Logarithm(width, bias(p, (1 << (width - 2)) - 1));
      case "minifloat_ieee" -> new MiniFloat(width, exponentWidth, bias(p, half));
      case "minifloat_denorm" -> new DenormFloat(width, exponentWidth, bias(p, half));
      case "block_fp" -> new BlockFloat(width, exponentWidth, bias(p, half));
      case "block_minifloat" ->
          new BlockMiniFloat(width, exponentWidth, p.get("exponent_bias_width").asInt());
      case "block_log" -> new BlockLogarithm(width, p.get("exponent_bias_width").asInt());
      default -> throw new IllegalStateException(c.toString());
    };
  }

  private static int bias(JsonNode p, int none) {
    return p.hasNonNull("exponent_bias") ? p.get("exponent_bias").asInt() : none;
  }
}
