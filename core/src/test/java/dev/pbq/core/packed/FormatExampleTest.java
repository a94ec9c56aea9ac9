package dev.pbq.core.packed;

import static org.assertj.core.api.Assertions.assertThat;

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
