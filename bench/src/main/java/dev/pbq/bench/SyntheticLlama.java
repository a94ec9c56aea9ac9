package dev.pbq.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.checkpoint.AtomicFile;
import dev.pbq.core.checkpoint.CheckpointWriter;
import dev.pbq.core.checkpoint.ShardSize;
import dev.pbq.core.checkpoint.TensorEntry;
import dev.pbq.core.checkpoint.TensorGroup;
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
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Writes a checkpoint with the shapes of Llama-7B but fewer blocks and seeded random weights
 * (normal, standard deviation 0.02, fp16), with the tokenizer of {@code tiny}: used to measure
 * memory and time where the real weights are not available.
 *
 * <pre>java -cp ... dev.pbq.bench.SyntheticLlama FOLDER [BLOCKS [VOCABULARY]]</pre>
 */
public final class SyntheticLlama {
  private static final int HIDDEN = 4096;
  private static final int FFN = 11008;
  private static final int HEADS = 32;
  private static final int DEFAULT_VOCABULARY = 32000;
  private static final int CHUNK = 1 << 16;

  private SyntheticLlama() {}

  /** Writes the folder. */
  public static void main(String[] args) throws IOException {
    int blocks = args.length > 1 ? Integer.parseInt(args[1]) : 2;
    int vocabulary = args.length > 2 ? Integer.parseInt(args[2]) : DEFAULT_VOCABULARY;
    write(Path.of(args[0]), blocks, vocabulary);
  }

  /**
   * Writes the folder.
   *
   * @param vocabulary rows of embedding and head
   */
  static void write(Path folder, int blocks, int vocabulary) throws IOException {
    Files.createDirectories(folder);
    List<TensorGroup> groups = new ArrayList<>();
    add(groups, "model.embed_tokens.weight", vocabulary, HIDDEN);
    for (int b = 0; b < blocks; b++) {
      String prefix = "model.layers." + b + ".";
      for (String name : List.of("q_proj", "k_proj", "v_proj", "o_proj")) {
        add(groups, prefix + "self_attn." + name + ".weight", HIDDEN, HIDDEN);
      }
      add(groups, prefix + "mlp.gate_proj.weight", FFN, HIDDEN);
      add(groups, prefix + "mlp.up_proj.weight", FFN, HIDDEN);
      add(groups, prefix + "mlp.down_proj.weight", HIDDEN, FFN);
      ones(groups, prefix + "input_layernorm.weight");
      ones(groups, prefix + "post_attention_layernorm.weight");
    }
    ones(groups, "model.norm.weight");
    add(groups, "lm_head.weight", vocabulary, HIDDEN);
    CheckpointWriter.Written written =
        CheckpointWriter.write(folder, groups, Map.of(), ShardSize.DEFAULT);
    AtomicFile.write(folder.resolve("config.json"), config(blocks, vocabulary));
    Path tiny = TinyModel.unpack(TinyModel.defaultCacheDir());
    for (String file : List.of("tokenizer.json", "tokenizer_config.json")) {
      AtomicFile.write(folder.resolve(file), Files.readAllBytes(tiny.resolve(file)));
    }
    System.out.printf("%s: %d blocks, %,d bytes%n", folder, blocks, written.fileBytes());
  }

  private static void add(List<TensorGroup> groups, String name, long rows, long cols) {
    long seed = name.hashCode();
    groups.add(
        TensorGroup.of(
            new TensorEntry(
                name,
                DType.F16,
                new long[] {rows, cols},
                out -> writeNormal(out, rows * cols, seed))));
  }

  private static void writeNormal(WritableByteChannel out, long count, long seed)
      throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    ByteBuffer buffer = ByteBuffer.allocate(CHUNK * 2).order(ByteOrder.LITTLE_ENDIAN);
    for (long done = 0; done < count; done += CHUNK) {
      int n = (int) Math.min(CHUNK, count - done);
      buffer.clear();
      for (int i = 0; i < n; i++) {
        buffer.putShort(Half.fromFloat((float) (0.02 * random.nextGaussian())));
      }
      buffer.flip();
      while (buffer.hasRemaining()) {
        out.write(buffer);
      }
    }
  }

  private static void ones(List<TensorGroup> groups, String name) {
    float[] values = new float[HIDDEN];
    Arrays.fill(values, 1f);
    groups.add(TensorGroup.of(TensorEntry.ofFloats(name, DType.F16, new long[] {HIDDEN}, values)));
  }

  private static byte[] config(int blocks, int vocabulary) throws IOException {
    ObjectMapper json = new ObjectMapper();
    ObjectNode config = json.createObjectNode();
    config.putArray("architectures").add("LlamaForCausalLM");
    config
        .put("model_type", "llama")
        .put("vocab_size", vocabulary)
        .put("hidden_size", HIDDEN)
        .put("intermediate_size", FFN)
        .put("num_hidden_layers", blocks)
        .put("num_attention_heads", HEADS)
        .put("num_key_value_heads", HEADS)
        .put("max_position_embeddings", 2048)
        .put("rms_norm_eps", 1e-5)
        .put("rope_theta", 10000.0)
        .put("hidden_act", "silu")
        .put("bos_token_id", 1)
        .put("eos_token_id", 2)
        .put("tie_word_embeddings", false)
        .put("torch_dtype", "float16");
    return json.writerWithDefaultPrettyPrinter()
        .writeValueAsString(config)
        .getBytes(StandardCharsets.UTF_8);
  }
}
