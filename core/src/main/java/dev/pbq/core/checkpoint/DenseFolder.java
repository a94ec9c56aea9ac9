package dev.pbq.core.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.tensor.DType;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.core.tensor.Half;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A packed model as an ordinary one: quantized linears dequantized and rounded to fp16, every other
 * tensor as it is. Any program that reads Hugging Face folders loads it; it is as large as the
 * original, and fp16 rounds the quantized values once more.
 */
public final class DenseFolder {
  private DenseFolder() {}

  /**
   * Writes the folder, complete or not at all.
   *
   * @param packed a folder that pbq wrote
   * @param force replace the target if it exists
   */
  public static void write(ModelFolder packed, Path target, boolean force, long maxShardBytes) {
    try (OutputDirectory output =
            OutputDirectory.open(
                target, force, OutputDirectory.Mode.DISCARD_UNFINISHED, List.of(packed.path()));
        PackedCheckpoint weights = PackedCheckpoint.open(packed)) {
      weights.requireLinearMaps();
      List<TensorGroup> groups = new ArrayList<>();
      for (String name : weights.names()) {
        groups.add(TensorGroup.of(entry(weights, name)));
      }
      CheckpointWriter.write(output.work(), groups, Map.of(), maxShardBytes);
      packed.copySideFilesTo(output.work());
      ObjectNode config = packed.config();
      config.remove("quantization_config");
      AtomicFile.write(
          output.work().resolve(ModelFolder.CONFIG), json(config).getBytes(StandardCharsets.UTF_8));
      output.commit();
    }
  }

  private static TensorEntry entry(PackedCheckpoint weights, String name) {
    String linear = name.replaceFirst("\\.weight$", "");
    if (!weights.packedLinears().contains(linear)) {
      return weights.stored().entryOf(name);
    }
    // Dequantized when it is written, so that one layer is in memory at a time.
    return new TensorEntry(
        name,
        DType.F16,
        weights.shape(name),
        out -> writeHalf(weights.packed(linear).dequantize(), out));
  }

  private static void writeHalf(FloatMatrix weight, WritableByteChannel out) throws IOException {
    ByteBuffer row = ByteBuffer.allocate(2 * weight.cols()).order(ByteOrder.LITTLE_ENDIAN);
    for (int r = 0; r < weight.rows(); r++) {
      row.clear();
      for (int c = 0; c < weight.cols(); c++) {
        row.putShort(Half.fromFloat(weight.get(r, c)));
      }
      row.flip();
      while (row.hasRemaining()) {
        out.write(row);
      }
    }
  }

  private static String json(ObjectNode config) {
    try {
      return new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(config) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("config.json is JSON already", e);
    }
  }
}
