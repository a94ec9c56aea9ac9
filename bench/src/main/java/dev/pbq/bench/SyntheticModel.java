package dev.pbq.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.core.checkpoint.AtomicFile;
import dev.pbq.core.checkpoint.CheckpointWriter;
import dev.pbq.core.checkpoint.ShardSize;
import dev.pbq.core.checkpoint.TensorEntry;
import dev.pbq.core.checkpoint.TensorGroup;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.ModelLayout;
import dev.pbq.core.tensor.DType;
import dev.pbq.core.tensor.Half;
import dev.pbq.tiny.TinyModel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Writes a checkpoint with the shapes of a well-known model but fewer blocks and seeded random
 * weights (normal, standard deviation 0.02, fp16; norms are ones), with the tokenizer of {@code
 * tiny}: used to measure memory and time where the real weights are not available.
 *
 * <pre>java -cp ... dev.pbq.bench.SyntheticModel SHAPE FOLDER [--blocks N] [--vocabulary N]</pre>
 *
 * <p>SHAPE is llama-7b, llama-70b, mixtral-8x7b or opt-6.7b.
 */
public final class SyntheticModel {
  /** Rows of embedding and head unless told otherwise: enough for the tokenizer of tiny. */
  static final int VOCABULARY = 512;

  private static final int CHUNK = 1 << 16;

  /** Normal values to draw from: as many as 16 bits tell apart. */
  private static final short[] NORMAL = normal();

  private SyntheticModel() {}

  /** Writes the folder. */
  public static void main(String[] args) throws IOException {
    int blocks = 1;
    int vocabulary = VOCABULARY;
    for (int i = 2; i + 1 < args.length; i += 2) {
      switch (args[i]) {
        case "--blocks" -> blocks = Integer.parseInt(args[i + 1]);
        case "--vocabulary" -> vocabulary = Integer.parseInt(args[i + 1]);
        default -> throw new IllegalArgumentException("no option " + args[i]);
      }
    }
    write(SyntheticShape.of(args[0]), Path.of(args[1]), blocks, vocabulary);
  }

  /**
   * Writes the folder.
   *
   * @param vocabulary rows of embedding and head
   */
  static void write(SyntheticShape shape, Path folder, int blocks, int vocabulary)
      throws IOException {
    Files.createDirectories(folder);
    JsonNode config = shape.config(blocks, vocabulary);
    ModelLayout layout = Architectures.any(config, shape.label()).layout();
    List<TensorGroup> groups = new ArrayList<>();
    for (String name : layout.requiredTensors()) {
      groups.add(TensorGroup.of(tensor(name, layout.shape(name))));
    }
    CheckpointWriter.Written written =
        CheckpointWriter.write(folder, groups, Map.of(), ShardSize.DEFAULT);
    AtomicFile.write(
        folder.resolve("config.json"),
        new ObjectMapper()
            .writerWithDefaultPrettyPrinter()
            .writeValueAsString(config)
            .getBytes(StandardCharsets.UTF_8));
    Path tiny = TinyModel.unpack(TinyModel.defaultCacheDir());
    for (String file : List.of("tokenizer.json", "tokenizer_config.json")) {
      AtomicFile.write(folder.resolve(file), Files.readAllBytes(tiny.resolve(file)));
    }
    System.out.printf(
        "%s: %s, %d blocks, %,d bytes%n", folder, shape.label(), blocks, written.fileBytes());
  }

  /** A norm's weights are ones, everything else is random. */
  private static TensorEntry tensor(String name, long[] shape) {
    long count = 1;
    for (long size : shape) {
      count *= size;
    }
    long values = count;
    boolean ones = name.matches(".*norm[a-z0-9_]*\\.weight");
    return new TensorEntry(name, DType.F16, shape, out -> write(out, values, ones ? null : name));
  }

  /**
   * @param seed the text that random values come from; null for ones
   */
  private static void write(WritableByteChannel out, long count, String seed) throws IOException {
    SplittableRandom random = seed == null ? null : new SplittableRandom(seed.hashCode());
    short one = Half.fromFloat(1f);
    ByteBuffer buffer = ByteBuffer.allocate(CHUNK * 2).order(ByteOrder.LITTLE_ENDIAN);
    for (long done = 0; done < count; done += CHUNK) {
      int n = (int) Math.min(CHUNK, count - done);
      buffer.clear();
      for (int i = 0; i < n; i += 4) {
        long bits = random == null ? 0 : random.nextLong();
        for (int k = i; k < Math.min(n, i + 4); k++) {
          buffer.putShort(random == null ? one : NORMAL[(int) (bits & 0xffff)]);
          bits >>>= 16;
        }
      }
      buffer.flip();
      while (buffer.hasRemaining()) {
        out.write(buffer);
      }
    }
  }

  private static short[] normal() {
    SplittableRandom random = new SplittableRandom(1);
    short[] values = new short[1 << 16];
    for (int i = 0; i < values.length; i++) {
      values[i] = Half.fromFloat((float) (0.02 * random.nextGaussian()));
    }
    return values;
  }
}
