package dev.pbq.core.packed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pbq.core.PbqException;
import dev.pbq.core.packed.NumberFormat.BlockFloat;
import dev.pbq.core.packed.NumberFormat.BlockLogarithm;
import dev.pbq.core.packed.NumberFormat.BlockMiniFloat;
import dev.pbq.core.packed.NumberFormat.DenormFloat;
import dev.pbq.core.packed.NumberFormat.FixedPoint;
import dev.pbq.core.packed.NumberFormat.Logarithm;
import dev.pbq.core.packed.NumberFormat.MiniFloat;
import dev.pbq.core.testkit.MemoryPackedWriter;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BlockFormatLinearTest {
  private static final Map<String, BitKind> KIND =
      Map.of(
          "codes", BitKind.CODES,
          "shared", BitKind.SCALES,
          "kept_index", BitKind.OTHER,
          "kept_value", BitKind.RAW);

  @Property(tries = 500)
  void roundTrip(
      @ForAll @IntRange(min = 1, max = 20) int rows,
      @ForAll @IntRange(min = 1, max = 90) int cols,
      @ForAll @IntRange(min = 1, max = 20) int blockRows,
      @ForAll @IntRange(min = 1, max = 90) int blockCols,
      @ForAll @IntRange(min = 0, max = 3) int kept,
      @ForAll long seed) {
    for (NumberFormat format : BlockFormatLayers.formats(new Random(seed))) {
      check(
          BlockFormatLayers.layer(
              rows,
              cols,
              format,
              Math.min(rows, blockRows),
              Math.min(cols, blockCols),
              Math.min(kept, rows * cols),
              seed));
    }
  }

  @Test
  void manyTasks() {
    for (NumberFormat format : BlockFormatLayers.formats(new Random(5))) {
      check(BlockFormatLayers.layer(403, 701, format, 3, 16, 5, 7));
    }
  }

  private static void check(BlockFormatLinear linear) {
    MemoryPackedWriter out = MemoryPackedWriter.of(linear);
    QuantizedLinear back = PackedLinears.read(out.reader("layer"));
    assertThat(back).isEqualTo(linear).hasSameHashCodeAs(linear).hasToString(linear.toString());
    assertThat(back.dequantize())
        .isEqualTo(BlockFormatLayers.dequantize(linear))
        .isEqualTo(linear.dequantize());
    RowValuesCheck.check(linear);
    Map<BitKind, Long> written = new EnumMap<>(BitKind.class);
    out.parts()
        .forEach(
            (part, stored) -> written.merge(KIND.get(part), 8L * stored.bytes().length, Long::sum));
    assertThat(linear.bits())
        .isEqualTo(new BitAccount((long) linear.rows() * linear.cols(), written));
    assertThat(linear.bits().total()).isEqualTo(8 * out.bytes());
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "1, 0.00390625",
    "7, 0.02734375",
    "8, 0.03125",
    "55, 1.875",
    "127, 960",
    "129, -0.00390625",
    "255, -960"
  })
  void minifloatWithFourExponentBitsAndBiasSix(int code, float value) {
    assertThat(new MiniFloat(8, 4, 6).decode(code, 0)).isEqualTo(value);
    assertThat(new BlockMiniFloat(8, 4, 8).decode(code, 6)).isEqualTo(value);
  }

  @Test
  void parametersOutOfRangeAreNamed() {
    refused(() -> new FixedPoint(1, 3, true), "width 1 is not between 2 and 16");
    refused(() -> new FixedPoint(17, 3, true), "width 17");
    refused(() -> new FixedPoint(8, 127, true), "frac_width 127");
    refused(() -> new Logarithm(8, 128), "exponent_bias 128");
    refused(() -> new MiniFloat(8, 7, 3), "leaves no mantissa");
    refused(() -> new DenormFloat(8, 0, 3), "exponent_width 0");
    refused(() -> new BlockFloat(4, 9, 3), "exponent_width 9");
    refused(() -> new BlockMiniFloat(8, 4, 0), "exponent_bias_width 0");
    refused(() -> new BlockLogarithm(8, 9), "exponent_bias_width 9");
  }

  @Test
  void layersThatCannotBeStored() {
    BlockFloat bfp = new BlockFloat(4, 5, 15);
    KeptWeights none = KeptWeights.NONE;
    refused(() -> layer(bfp, 3, 2, new byte[6], new byte[2], none), "blocks of 3 of 2 rows");
    refused(() -> layer(bfp, 1, 4, new byte[6], new byte[2], none), "groups of 4 of 3");
    refused(() -> layer(bfp, 1, 2, new byte[6], new byte[3], none), "3 shared exponents where 4");
    refused(() -> layer(bfp, 2, 2, new byte[5], new byte[2], none), "5 codes");
    refused(
        () -> layer(bfp, 2, 3, new byte[] {0, 0, 0, 0, 0, 16}, new byte[1], none),
        "a code does not fit in 4 bits");
    refused(() -> layer(bfp, 2, 3, new byte[6], new byte[] {32}, none), "shared exponent");
    refused(() -> layer(new BlockFloat(9, 5, 15), 2, 3, new byte[6], new byte[1], none), "9 bits");
    refused(
        () -> layer(new FixedPoint(4, 2, false), 1, 3, new byte[6], new byte[0], none), "unsigned");
    refused(() -> layer(bfp, 2, 3, new byte[6], new byte[1], kept(new int[] {6}, 1)), "beyond");
    refused(() -> kept(new int[] {3, 3}, 1, 2), "position 1");
    refused(() -> kept(new int[] {3}, Float.NaN), "NaN");
    refused(() -> kept(new int[] {3}, 1, 2), "1 positions of 2");
  }

  private static BlockFormatLinear layer(
      NumberFormat format,
      int blockRows,
      int blockCols,
      byte[] codes,
      byte[] shared,
      KeptWeights kept) {
    return new BlockFormatLinear(2, 3, format, blockRows, blockCols, codes, shared, kept);
  }

  private static KeptWeights kept(int[] index, float... value) {
    return new KeptWeights(index, value);
  }

  private static void refused(Runnable constructor, String message) {
    assertThatThrownBy(constructor::run)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void messagesNameThePart() {
    damaged(o -> o.attributes().put("format", "posit"), "format: unknown number format 'posit'");
    damaged(o -> o.attributes().put("bits", 9), "bits: 9");
    damaged(o -> o.attributes().put("exponent_bias", 128), "exponent_bias: 128");
    damaged(o -> o.attributes().put("block_cols", 0), "block_cols: 0");
    damaged(o -> o.attributes().put("block_rows", 9), "block_rows: 9");
    damaged(o -> o.attributes().put("kept", 41), "kept: 41");
    damaged(o -> o.parts().remove("shared"), "shared");
    damaged(o -> o.parts().get("kept_index").bytes()[3] = -1, "kept_index: entry 0");
    damaged(o -> o.parts().get("kept_value").bytes()[3] = 0x7f, "kept_value: entry 0");
    damaged(o -> o.parts().get("codes").bytes()[3] |= (byte) 0x80, "codes: padding bits");
  }

  private static void damaged(Consumer<MemoryPackedWriter> damage, String message) {
    MemoryPackedWriter out =
        MemoryPackedWriter.of(BlockFormatLayers.layer(4, 10, new BlockFloat(3, 5, 15), 2, 4, 2, 3));
    out.parts().get("kept_value").bytes()[2] |= (byte) 0x80;
    damage.accept(out);
    assertThatThrownBy(() -> PackedLinears.read(out.reader("model.q_proj")))
        .isInstanceOfSatisfying(
            PbqException.class, e -> assertThat(e.kind()).isEqualTo(PbqException.Kind.BAD_DATA))
        .hasMessageContaining("model.q_proj")
        .hasMessageContaining(message);
  }
}
