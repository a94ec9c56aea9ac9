package dev.pbq.export.gptq;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pbq.core.checkpoint.AtomicFile;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.CheckpointWriter;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.PackedTensorCollector;
import dev.pbq.core.checkpoint.ShardSize;
import dev.pbq.core.checkpoint.TensorGroup;
import dev.pbq.core.packed.AffineGrid;
import dev.pbq.core.packed.ScaleDtype;
import dev.pbq.core.packed.UniformLinear;
import dev.pbq.core.tensor.DType;
import dev.pbq.core.tensor.Half;
import dev.pbq.export.AffineLayer;
import dev.pbq.export.AffineSource;
import dev.pbq.export.ExportSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Layers in GPTQ's layout: the words of a small case, and the way back for all widths. */
class GptqTensorsTest {
  private static final String LINEAR = "model.layers.0.mlp.down_proj";

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "2, 32, true, false",
    "3, 32, true, true",
    "3, 64, false, false",
    "4, 96, true, true",
    "8, 40, false, true"
  })
  void whatIsWrittenReadsBackToTheLastBit(
      int bits, int groupSize, boolean minusOne, boolean ordered) throws IOException {
    int rows = 64;
    int cols = 96;
    Random random = new Random(bits * 31 + groupSize);
    byte[] codes = new byte[rows * cols];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (byte) random.nextInt(1 << bits);
    }
    int groups = (cols - 1) / groupSize + 1;
    float[] scale = new float[groups * rows];
    int[] zero = new int[scale.length];
    for (int i = 0; i < scale.length; i++) {
      scale[i] = Half.round(random.nextFloat() + 0.01f);
      zero[i] = minusOne ? 1 + random.nextInt((1 << bits) - 1) : random.nextInt(1 << bits);
    }
    Optional<int[]> columnGroup =
        ordered ? Optional.of(random.ints(cols, 0, groups).toArray()) : Optional.<int[]>empty();
    UniformLinear linear =
        new UniformLinear(
            rows,
            cols,
            groupSize,
            ScaleDtype.F16,
            codes,
            new AffineGrid(bits, scale, zero),
            columnGroup);
    try (ExportSource source = packed(linear)) {
      Path out = Files.createDirectory(folder.resolve("out"));
      AffineLayer layer =
          new AffineSource(source, Set.of(2, 3, 4, 8), DType.F16).layer(LINEAR + ".weight");
      TensorGroup group = GptqTensors.of(LINEAR, () -> layer, minusOne);
      CheckpointWriter.write(out, List.of(group), Map.of(), ShardSize.DEFAULT);
      try (Checkpoint written = Checkpoint.open(out)) {
        assertThat(written.info(LINEAR + ".qweight").shape())
            .containsExactly(cols * bits / 32, rows);
        assertThat(written.info(LINEAR + ".qzeros").shape())
            .containsExactly(groups, rows * bits / 32);
        assertThat(new GptqReader(written, minusOne).read(LINEAR, bits, rows, cols))
            .containsExactly(linear.dequantize().data());
        // The first word of the first output: its first codes, lowest bits first.
        ByteBuffer words = written.bytes(LINEAR + ".qweight", 0, 4);
        assertThat(words.getInt(0) & ((1 << bits) - 1)).isEqualTo(codes[0] & 0xff);
        assertThat(words.getInt(0) >>> bits & ((1 << bits) - 1)).isEqualTo(codes[1] & 0xff);
        int firstZero = written.bytes(LINEAR + ".qzeros", 0, 4).getInt(0) & ((1 << bits) - 1);
        assertThat(firstZero).isEqualTo(zero[0] - (minusOne ? 1 : 0));
      }
    }
  }

  private ExportSource packed(UniformLinear linear) throws IOException {
    Path packed = Files.createDirectory(folder.resolve("packed"));
    PackedTensorCollector parts = new PackedTensorCollector(LINEAR);
    linear.write(parts);
    CheckpointWriter.write(packed, List.of(parts.group()), Map.of(), ShardSize.DEFAULT);
    AtomicFile.write(
        packed.resolve(ModelFolder.CONFIG),
        ("{\"quantization_config\": {\"quant_method\": \"pbq\", \"format_version\": 1,"
                + " \"method\": \"rtn\"}}")
            .getBytes(StandardCharsets.UTF_8));
    return ExportSource.open(ModelFolder.open(packed));
  }
}
