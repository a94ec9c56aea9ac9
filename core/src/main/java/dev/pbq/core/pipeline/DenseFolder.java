package dev.pbq.core.pipeline;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.AtomicFile;
import dev.pbq.core.checkpoint.CheckpointWriter;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.OutputDirectory;
import dev.pbq.core.checkpoint.PackedCheckpoint;
import dev.pbq.core.checkpoint.TensorEntry;
import dev.pbq.core.checkpoint.TensorGroup;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.OwnBiases;
import dev.pbq.core.model.StoredWeights;
import dev.pbq.core.tensor.DType;
import dev.pbq.core.tensor.Half;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
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
  /** Values that are written at once, about. */
  private static final int CHUNK = 1 << 20;

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
      String where = packed.path().resolve(ModelFolder.CONFIG).toString();
      StoredWeights stored =
          Architectures.any(packed.config(), where).layout().stored(weights, weights.names());
      OwnBiases biases =
          OwnBiases.of(packed.config(), packed.path().toString(), weights, weights.ownBiases());
      List<String> names = new ArrayList<>(stored.names());
      names.removeAll(biases.leftOut());
      List<TensorGroup> groups = new ArrayList<>();
      for (String name : names) {
        groups.add(TensorGroup.of(entry(weights, stored, name)));
      }
      CheckpointWriter.write(output.work(), groups, Map.of(), maxShardBytes);
      packed.copySideFilesTo(output.work());
      ObjectNode config = packed.config();
      config.remove("quantization_config");
      biases.addTo(config);
      AtomicFile.write(
          output.work().resolve(ModelFolder.CONFIG), json(config).getBytes(StandardCharsets.UTF_8));
      output.commit();
    }
  }

  /**
   * Writes the dense model beside a packed one: {@code NAME-dense} for {@code NAME}.
   *
   * @return the new folder
   * @throws PbqException as {@link #write}
   */
  public static Path beside(Path packed, boolean force, long maxShardBytes) {
    Path dense = packed.resolveSibling(packed.getFileName() + "-dense");
    write(ModelFolder.open(packed), dense, force, maxShardBytes);
    return dense;
  }

  private static TensorEntry entry(PackedCheckpoint weights, StoredWeights dense, String name) {
    String linear = name.replaceFirst("\\.weight$", "");
    if (!weights.packedLinears().contains(linear) && !dense.isStack(name)) {
      return weights.stored().entryOf(name);
    }
    // Dequantized when it is written, so that one layer is in memory at a time.
    return new TensorEntry(name, DType.F16, dense.shape(name), out -> writeHalf(dense, name, out));
  }

  private static void writeHalf(StoredWeights dense, String name, WritableByteChannel out)
      throws IOException {
    long[] shape = dense.shape(name);
    int width = 1;
    for (int i = 1; i < shape.length; i++) {
      width = Math.multiplyExact(width, Math.toIntExact(shape[i]));
    }
    int step = Math.max(1, CHUNK / width);
    FloatBuffer values = FloatBuffer.allocate(Math.multiplyExact(step, width));
    ByteBuffer row = ByteBuffer.allocate(2 * step * width).order(ByteOrder.LITTLE_ENDIAN);
    for (long r = 0; r < shape[0]; r += step) {
      int count = (int) Math.min(step, shape[0] - r);
      dense.readRows(name, r, count, values.clear());
      row.clear();
      for (int i = 0; i < count * width; i++) {
        row.putShort(Half.fromFloat(values.get(i)));
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
