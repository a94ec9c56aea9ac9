package dev.pbq.export.gguf.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.Checkpoints;
import dev.pbq.core.checkpoint.FileWeights;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.ModelWeights;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.CausalModel;
import dev.pbq.export.gguf.file.GgufBytes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Models in GGUF files: names, shapes and configurations of every architecture that is read. */
class GgufModelFormatTest {
  private static final int HIDDEN = 16;
  private static final int HEADS = 4;
  private static final int KV_HEADS = 2;
  private static final int INNER = 32;
  private static final int VOCABULARY = 5;

  @TempDir private Path folder;

  /** Lines {@code architecture name-in-the-file name-in-the-model}, from llama.cpp's own table. */
  private static List<String[]> names() {
    try (InputStream in = GgufModelFormatTest.class.getResourceAsStream("/gguf/names.txt")) {
      String text = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
      return text.lines().map(line -> line.split(" ")).toList();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  static Stream<String> architectures() {
    return names().stream().map(line -> line[0]).distinct();
  }

  private static GgufBytes keys(String architecture) {
    String a = architecture + ".";
    boolean allHeads = architecture.startsWith("phi") || architecture.equals("gpt2");
    return new GgufBytes()
        .put("general.architecture", architecture)
        .put(a + "block_count", 1)
        .put(a + "context_length", 64)
        .put(a + "embedding_length", HIDDEN)
        .put(a + "feed_forward_length", INNER)
        .put(a + "attention.head_count", HEADS)
        .put(a + "attention.head_count_kv", allHeads ? HEADS : KV_HEADS)
        .put(a + "attention.layer_norm_rms_epsilon", 1e-5f)
        .put(a + "attention.layer_norm_epsilon", 1e-5f)
        .put(a + "attention.sliding_window", 8)
        .put(a + "rope.freq_base", 10000f);
  }

  /** A tensor whose element i is 1 + i. */
  private static float[] counted(long count) {
    float[] values = new float[(int) count];
    for (int i = 0; i < values.length; i++) {
      values[i] = 1 + i;
    }
    return values;
  }

  private static long[] shape(String part, int heads) {
    int width = HIDDEN / HEADS;
    return switch (part) {
      case "attn_q" -> new long[] {HIDDEN, HIDDEN};
      case "attn_k", "attn_v" -> new long[] {HIDDEN, (long) width * heads};
      case "attn_qkv" -> new long[] {HIDDEN, (long) width * (HEADS + 2 * heads)};
      case "attn_output" -> new long[] {HIDDEN, HIDDEN};
      case "ffn_up", "ffn_gate" -> new long[] {HIDDEN, INNER};
      case "ffn_down" -> new long[] {INNER, HIDDEN};
      case "token_embd", "output" -> new long[] {HIDDEN, VOCABULARY};
      case "position_embd" -> new long[] {HIDDEN, 64};
      case "attn_q_norm", "attn_k_norm" -> new long[] {width};
      default -> new long[] {HIDDEN};
    };
  }

  /** A whole model of one block, with a bias wherever there may be one. */
  private static GgufBytes model(String architecture) {
    GgufBytes file = keys(architecture);
    boolean biased = List.of("gpt2", "phi2", "starcoder2", "qwen2").contains(architecture);
    boolean allHeads = architecture.startsWith("phi") || architecture.equals("gpt2");
    for (String[] line : names()) {
      if (!line[0].equals(architecture)) {
        continue;
      }
      String part = line[1].replace("blk.0.", "");
      long[] dims = shape(part, allHeads ? HEADS : KV_HEADS);
      if (architecture.equals("phi3") && part.equals("ffn_up")) {
        dims[1] = 2 * INNER;
      }
      if (architecture.equals("olmo2") && part.endsWith("q_norm")) {
        dims[0] = HIDDEN;
      }
      if (architecture.equals("olmo2") && part.endsWith("k_norm")) {
        dims[0] = HIDDEN / HEADS * KV_HEADS;
      }
      long count = dims.length == 1 ? dims[0] : dims[0] * dims[1];
      file.floats(line[1] + ".weight", counted(count), dims);
      boolean embedding = part.endsWith("embd");
      boolean qkv = part.matches("attn_[qkv]");
      boolean hasBias =
          biased
              && !embedding
              && (architecture.equals("qwen2")
                  ? qkv
                  : !part.equals("output") || architecture.equals("phi2"));
      if (hasBias) {
        long length = dims.length == 1 ? dims[0] : dims[1];
        file.floats(line[1] + ".bias", counted(length), length);
      }
    }
    return file;
  }

  private ModelFolder unpack(GgufBytes bytes) throws IOException {
    Path file = bytes.write(folder.resolve("model.gguf"));
    Path unpacked = Files.createDirectory(folder.resolve("unpacked"));
    new GgufModelFormat().unpack(file, unpacked);
    return ModelFolder.open(unpacked);
  }

  @ParameterizedTest
  @MethodSource("architectures")
  void everyTensorOfTheFamilyIsThereInItsShape(String architecture) throws IOException {
    ModelFolder unpacked = unpack(model(architecture));
    CausalModel model = Architectures.of(unpacked.config(), "here");
    try (ModelWeights weights = Checkpoints.open(unpacked)) {
      model.requireTensors(weights, "here");
      List<String> all = new ArrayList<>(weights.names());
      assertThat(all).isSubsetOf(model.layout().knownTensors());
      for (String name : model.layout().requiredTensors()) {
        if (name.endsWith(".weight") && weights.shape(name).length == 2) {
          int[] expected = model.layout().linearShape(name.replace(".weight", ""));
          assertThat(weights.shape(name)).as(name).containsExactly(expected[0], expected[1]);
          assertThat(weights.read(name)).hasSize(expected[0] * expected[1]);
        }
      }
    }
  }

  @Test
  void rowsOfQueriesStandInPairsInLlamasFiles() throws IOException {
    try (ModelWeights weights = Checkpoints.open(unpack(model("llama")))) {
      float[] queries = weights.read("model.layers.0.self_attn.q_proj.weight");
      // Heads are 4 wide: rows 0 2 1 3 of the file are rows 0 1 2 3 of the model.
      for (int row = 0; row < HIDDEN; row++) {
        int inFile = row / 4 * 4 + new int[] {0, 2, 1, 3}[row % 4];
        assertThat(queries[row * HIDDEN]).as("row %d", row).isEqualTo(1 + inFile * HIDDEN);
      }
      float[] values = weights.read("model.layers.0.self_attn.v_proj.weight");
      assertThat(values).isEqualTo(counted(values.length));
    }
  }

  @Test
  void normsOfGemmaHaveOneAddedInTheFile() throws IOException {
    ModelFolder unpacked = unpack(model("gemma3"));
    ObjectNode config = unpacked.config();
    assertThat(config.path("sliding_window").asInt()).isEqualTo(8);
    assertThat(config.path("tie_word_embeddings").asBoolean()).isTrue();
    try (ModelWeights weights = Checkpoints.open(unpacked)) {
      assertThat(weights.read("model.norm.weight")).startsWith(0, 1, 2);
      assertThat(weights.read("model.layers.0.self_attn.q_norm.weight")).startsWith(0, 1, 2);
      assertThat(weights.read("model.embed_tokens.weight")).startsWith(1, 2, 3);
    }
  }

  @Test
  void divisorsOfFrequenciesBecomeTheirScaling() throws IOException {
    GgufBytes file = model("llama").floats("rope_freqs.weight", new float[] {1, 8}, 2);
    ObjectNode config = unpack(file).config();
    assertThat(config.path("rope_scaling").path("short_factor").toString()).isEqualTo("[1.0,8.0]");
  }

  @Test
  void storedBitsAreThoseOfTheFile() throws IOException {
    GgufBytes file = model("llama");
    try (ModelWeights weights = Checkpoints.open(unpack(file))) {
      List<FileWeights.Stored> stored = ((FileWeights) weights).stored();
      assertThat(stored).hasSize(12);
      assertThat(stored.stream().filter(FileWeights.Stored::inBlock)).hasSize(7);
      assertThat(stored).allMatch(tensor -> tensor.bits().bitsPerWeight() == 32);
    }
  }

  private void refused(GgufBytes bytes, String message) throws IOException {
    Path file = bytes.write(folder.resolve("model.gguf"));
    assertThatThrownBy(() -> new GgufModelFormat().unpack(file, folder))
        .isInstanceOfSatisfying(
            PbqException.class, e -> assertThat(e.kind()).isEqualTo(PbqException.Kind.BAD_DATA))
        .hasMessageContaining("model.gguf: ")
        .hasMessageContaining(message);
  }

  @Test
  void anUnknownArchitectureIsToldWithTheNearest() throws IOException {
    refused(
        keys("qwen4"),
        "its architecture 'qwen4' cannot be read; the nearest is qwen2; pbq reads bloom cohere2"
            + " command-r deepseek2 falcon gemma gemma2 gemma3 glm4 glm4moe gpt-oss gpt2 gptneox"
            + " granite llama mistral3 olmo2 phi2 phi3 qwen2 qwen2moe qwen3 qwen35 qwen3moe smollm3"
            + " stablelm starcoder2");
  }

  @Test
  void tensorsThatTheFamilyDoesNotKnowAreListed() throws IOException {
    refused(
        model("llama")
            .floats("blk.0.attn_sinks.weight", new float[] {1}, 1)
            .floats("blk.7.attn_q.weight", new float[] {1}, 1),
        "architecture llama has no place for blk.0.attn_sinks.weight, blk.7.attn_q.weight");
  }

  @Test
  void sizesThatMakeNoSenseAreRefused() throws IOException {
    refused(keys("qwen2").put("qwen2.expert_count", 8), "mixture of experts");
    refused(keys("qwen3moe"), "it has no experts, which its architecture has");
    refused(new GgufBytes().put("general.architecture", "llama"), "token_embd.weight is missing");
    refused(
        new GgufBytes()
            .put("general.architecture", "llama")
            .put("llama.embedding_length", 16)
            .put("llama.feed_forward_length", 16)
            .put("llama.block_count", Integer.MAX_VALUE)
            .floats("token_embd.weight", new float[16], 16, 1),
        "llama.block_count is 2147483647, more than there are tensors");
  }
}
