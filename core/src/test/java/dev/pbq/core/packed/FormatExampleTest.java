package dev.pbq.core.packed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pbq.core.entropy.Codes;
import dev.pbq.core.entropy.Coding;
import dev.pbq.core.entropy.Trellis;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.core.testkit.MemoryPackedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The worked examples of {@code docs/format.md} are what the program writes. */
class FormatExampleTest {
  @Test
  void salientSplit() throws IOException {
    // Salient: [0, 1] with code 6, [1, 4] with code 1.
    byte[] codes = {1, 6, 0, 1, 1, 0, 0, 1, 0, 1};
    SalientSplitLinear layer =
        new SalientSplitLinear(
            2,
            5,
            3,
            ScaleDtype.F16,
            new long[] {1L << 1 | 1L << 9},
            codes,
            new AffineGrid(3, new float[] {0.5f, 0.25f}, new int[] {4, 3}),
            new LowPart.Binary(
                new float[] {0, 0.125f, 0, 0}, new float[] {0.0625f, 0.125f, 0.25f, 0.5f}));
    assertThat(layer.dequantize())
        .isEqualTo(
            new FloatMatrix(
                2, 5, new float[] {0.0625f, 1, -0.0625f, 0.25f, 0.25f, 0, 0, 0.25f, -0.5f, -0.5f}));
    assertDocumented("### Example: salient-split", layer);
  }

  @Test
  void rangeCodedMask() throws IOException {
    byte[] codes = new byte[16 * 20];
    codes[3 * 20 + 7] = 1;
    AffineGrid grid = new AffineGrid(1, new float[16], new int[16]);
    long[] salient = new long[5];
    salient[67 / 64] |= 1L << 67;
    salient[200 / 64] |= 1L << 200;
    SalientSplitLinear layer =
        new SalientSplitLinear(
            16, 20, 20, ScaleDtype.F16, salient, codes, grid, new LowPart.Zero());
    assertDocumented("### Example: range-coded mask", layer);
  }

  @Test
  void uniform() throws IOException {
    UniformLinear layer =
        new UniformLinear(
            2,
            3,
            2,
            ScaleDtype.F32,
            new byte[] {7, 0, 3, 4, 5, 1},
            new AffineGrid(3, new float[] {1, 2, 3, 4}, new int[] {0, 4, -1, 2}),
            Optional.of(new int[] {1, 0, 1}));
    assertThat(layer.dequantize())
        .isEqualTo(new FloatMatrix(2, 3, new float[] {24, 0, 12, 8, 2, -4}));
    assertDocumented("### Example: uniform", layer);
  }

  @Test
  void binaryGroups() throws IOException {
    BlockScales first =
        new BlockScales(
            List.of(
                row(new double[] {0.5, 0}, new double[] {1, 2}, 0.25, 0.5),
                row(new double[] {0, 0}, new double[] {0.5, 0.75}),
                row(new double[] {0.125, 0}, new double[] {0.0625, 0.25})));
    BlockScales second =
        new BlockScales(
            List.of(
                row(new double[] {0, -0.5}, new double[] {2, 1}, 0.5, 0.25),
                row(new double[] {0, 0.25}, new double[] {1, 0.5}),
                row(new double[] {0, 0}, new double[] {0.125, 0.125})));
    BinaryGroupsLinear layer =
        new BinaryGroupsLinear(
            2,
            5,
            3,
            GroupLayout.rows(1, 2, GroupLayout.MeanSharing.EACH),
            ScaleFormat.F16,
            BitmapCoding.RAW,
            new long[] {1L << 1 | 1L << 4},
            new byte[] {1, 1, 4, 5, 2, 5, 0, 0, 1, 3},
            List.of(first, second));
    assertThat(layer.dequantize())
        .isEqualTo(
            new FloatMatrix(
                2,
                5,
                new float[] {
                  0.5f, 1.25f, 0.0625f, 0.125f, -1.5f, 0.25f, -2.5f, -0.75f, 0.75f, 0.75f
                }));
    assertDocumented("### Example: binary-groups", layer);
  }

  private static RowScales row(double[] mean, double[] first, double... second) {
    return new RowScales(
        Optional.of(ScaleVector.encode(ScaleFormat.F16, mean)),
        ScaleVector.encode(ScaleFormat.F16, first),
        second.length == 0
            ? Optional.empty()
            : Optional.of(ScaleVector.encode(ScaleFormat.F16, second)));
  }

  @Test
  void rowAndColumnScalesOfOneByte() throws IOException {
    ScaleVector col1 = bytes(1, 2, 4);
    Optional<ScaleVector> col2 = Optional.of(bytes(2));
    BlockScales scales =
        new BlockScales(
            List.of(
                new RowColumnScales(bytes(2, 0), col1, Optional.of(bytes(0.5, 0)), col2),
                new RowColumnScales(bytes(0, 0.25), col1, Optional.of(bytes(0, 0.125)), col2),
                new RowColumnScales(bytes(0.5, 1), col1, Optional.empty(), Optional.empty())));
    BinaryGroupsLinear layer =
        new BinaryGroupsLinear(
            2,
            3,
            3,
            GroupLayout.rowColumns(2, 1, true),
            ScaleFormat.U8,
            BitmapCoding.CODED,
            new long[] {1L << 2},
            new byte[] {1, 0, 1, 0, 1, 6},
            List.of(scales));
    assertThat(layer.dequantize())
        .isEqualTo(new FloatMatrix(2, 3, new float[] {0.5f, -1, 7, -1, 2, -0.75f}));
    assertDocumented("### Example: row and column scales of one byte", layer);
  }

  private static ScaleVector bytes(double... values) {
    return ScaleVector.encode(ScaleFormat.U8, values);
  }

  @Test
  void blockFormat() throws IOException {
    BlockFormatLinear layer =
        new BlockFormatLinear(
            2,
            5,
            new NumberFormat.BlockFloat(4, 5, 15),
            1,
            3,
            new byte[] {7, 12, 1, 6, 9, 0, 4, 0, 0, 7},
            new byte[] {15, 13, 10, 16},
            new KeptWeights(new int[] {5}, new float[] {-1e-8f}));
    assertThat(layer.dequantize())
        .isEqualTo(
            new FloatMatrix(
                2,
                5,
                new float[] {
                  0.875f, -0.5f, 0.125f, 0.1875f, -0.03125f, -1e-8f, 0.015625f, 0, 0, 1.75f
                }));
    assertDocumented("### Example: block-format", layer);
  }

  @Test
  void hqq() throws IOException {
    HqqLinear layer =
        new HqqLinear(
            2,
            3,
            new FlatGroups(0, 2),
            2,
            ScaleDtype.F16,
            ComputeDtype.F32,
            new byte[] {0, 1, 2, 2, 0, 1},
            new HqqParameters.Plain(new float[] {0.5f, 1, 2}),
            new HqqParameters.Coded(
                3, new byte[] {0, 4, (byte) 255}, new float[] {0.25f}, new float[] {0}));
    assertThat(layer.dequantize())
        .isEqualTo(new FloatMatrix(2, 3, new float[] {0, 0, -123.5f, 1, -1, -125.5f}));
    assertDocumented("### Example: hqq", layer);
  }

  @Test
  void oneBit() throws IOException {
    OneBitLinear layer =
        new OneBitLinear(
            2,
            3,
            ScaleDtype.F16,
            new byte[] {0, 1, 0, 1, 1, 0},
            new float[] {0.5f, 1, 2},
            new float[] {1, 0.25f});
    assertThat(layer.dequantize())
        .isEqualTo(new FloatMatrix(2, 3, new float[] {0.5f, -1, 2, -0.125f, -0.25f, 0.5f}));
    assertDocumented("### Example: onebit", layer);
  }

  @Test
  void biReal() throws IOException {
    BiRealLinear layer =
        new BiRealLinear(
            2, 3, ScaleDtype.F16, new byte[] {0, 1, 0, 1, 1, 0}, new float[] {0.5f, 2});
    assertThat(layer.dequantize())
        .isEqualTo(new FloatMatrix(2, 3, new float[] {0.5f, -0.5f, 0.5f, -2, -2, 2}));
    assertDocumented("### Example: bi-real", layer);
  }

  @Test
  void lowRank() throws IOException {
    HqqLinear base =
        new HqqLinear(
            2,
            3,
            new FlatGroups(1, 3),
            1,
            ScaleDtype.F16,
            ComputeDtype.F32,
            new byte[] {1, 0, 1, 0, 1, 1},
            new HqqParameters.Plain(new float[] {0.5f, 2}),
            new HqqParameters.None(2));
    LowRankLinear layer =
        new LowRankLinear(
            base,
            ScaleDtype.F16,
            2,
            new float[] {0.25f, 1, -1, 1, 2, 1},
            new float[] {1, 0.5f, -0.25f, -1},
            Optional.of(new float[] {0.125f, -3}));
    assertThat(layer.dequantize())
        .isEqualTo(new FloatMatrix(2, 3, new float[] {0.5f, -1.25f, 2.25f, -0.875f, 0.5f, 2}));
    assertDocumented("### Example: low-rank", layer);
  }

  @Test
  void entropyCoded() throws IOException {
    EntropyCodedLinear layer = entropyCoded(Optional.of(new float[] {2, 0.5f}), Coding.ADAPTIVE);
    assertThat(layer.dequantize())
        .isEqualTo(new FloatMatrix(2, 3, new float[] {2, 0, -16, -0.25f, 0, 7.5f}));
    assertDocumented("### Example: entropy-coded", layer);
  }

  @Test
  void entropyCodedWithTables() throws IOException {
    EntropyCodedLinear layer = entropyCoded(Optional.empty(), Coding.RANS);
    assertDocumented("### Example: entropy-coded with tables", layer);
  }

  private static EntropyCodedLinear entropyCoded(Optional<float[]> rowScales, Coding coding) {
    Codes.Builder codes = new Codes.Builder(2, 3);
    codes.column(0, 0, new int[] {1, -1}, 2);
    codes.column(1, 0, new int[] {0, 0}, 2);
    codes.column(2, 0, new int[] {-8, 15}, 2);
    ColumnSteps steps = ColumnSteps.of(new double[] {0.5, 0, 0.5}, ScaleFormat.U8);
    return new EntropyCodedLinear(Trellis.FOUR, 2, codes.build(), steps, rowScales, coding);
  }

  /** The section of that title has a block with one line for each part and attribute. */
  private static void assertDocumented(String title, QuantizedLinear layer) throws IOException {
    MemoryPackedWriter stored = MemoryPackedWriter.of(layer);
    List<String> expected = new ArrayList<>();
    stored.attributes().forEach((key, value) -> expected.add(key + " = " + value));
    stored
        .parts()
        .forEach(
            (part, p) -> {
              List<String> shape = new ArrayList<>();
              for (long d : p.shape()) {
                shape.add(Long.toString(d));
              }
              expected.add(
                  part
                      + ": "
                      + p.dtype()
                      + " ["
                      + String.join(", ", shape)
                      + "] "
                      + HexFormat.ofDelimiter(" ").formatHex(p.bytes()));
            });
    String document = Files.readString(Path.of("..", "docs", "format.md"));
    int section = document.indexOf(title + "\n");
    assertThat(section).as(title).isNotNegative();
    int start = document.indexOf("```text\n", section) + "```text\n".length();
    String block = document.substring(start, document.indexOf("```", start));
    assertThat(block.lines().toList()).isEqualTo(expected);
  }
}
