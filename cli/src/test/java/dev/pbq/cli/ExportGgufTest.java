package dev.pbq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.core.checkpoint.Checkpoints;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.ModelWeights;
import dev.pbq.core.tensor.Half;
import dev.pbq.core.testkit.SharedFolder;
import dev.pbq.workflow.compare.Comparison;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * GGUF files of real and of packed models, read by {@link GgufFile} and compared weight by weight.
 */
class ExportGgufTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Names by the words of Hugging Face, for the tensors of a block. */
  private static final Map<String, String> PARTS =
      Map.of(
          "attn_norm", "input_layernorm",
          "attn_q", "self_attn.q_proj",
          "attn_k", "self_attn.k_proj",
          "attn_v", "self_attn.v_proj",
          "attn_output", "self_attn.o_proj",
          "ffn_norm", "post_attention_layernorm",
          "ffn_gate", "mlp.gate_proj",
          "ffn_up", "mlp.up_proj",
          "ffn_down", "mlp.down_proj");

  @TempDir private Path folder;

  private GgufFile export(Object model, Object... more) throws IOException {
    return GgufFile.export(model, folder.resolve("model.gguf"), more);
  }

  private static String sourceName(String name) {
    String[] words = name.split("\\.", -1);
    if (words[0].equals("blk")) {
      return "model.layers." + words[1] + "." + PARTS.get(words[2]) + "." + words[3];
    }
    return switch (name) {
      case "token_embd.weight" -> "model.embed_tokens.weight";
      case "output_norm.weight" -> "model.norm.weight";
      default -> "lm_head.weight";
    };
  }

  /** What must be at [row, col] of q and k: rows of a head's two halves in turns. */
  private static int sourceRow(String name, int row, int rows, JsonNode config) {
    int heads = 0;
    if (name.contains("attn_q.")) {
      heads = config.path("num_attention_heads").asInt();
    } else if (name.contains("attn_k.")) {
      heads = config.path("num_key_value_heads").asInt();
    }
    if (heads == 0) {
      return row;
    }
    int width = rows / heads;
    int pair = row % width / 2;
    return row / width * width + (row % 2 == 0 ? pair : width / 2 + pair);
  }

  /** The file's weights beside the source's, in the file's order. */
  private interface Comparison {
    void at(String name, float expected, float actual);
  }

  private static void compare(GgufFile file, Path model, Comparison comparison) throws IOException {
    JsonNode config = JSON.readTree(model.resolve("config.json").toFile());
    try (ModelWeights weights = Checkpoints.open(ModelFolder.open(model))) {
      for (String name : file.tensors.keySet()) {
        float[] expected = weights.read(sourceName(name));
        float[] actual = file.weights(name);
        long[] dims = file.tensors.get(name).dims();
        int cols = (int) dims[0];
        int rows = actual.length / cols;
        assertThat(actual).hasSameSizeAs(expected);
        for (int r = 0; r < rows; r++) {
          int from = sourceRow(name, r, rows, config) * cols;
          for (int c = 0; c < cols; c++) {
            comparison.at(name, expected[from + c], actual[r * cols + c]);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"stories260K, 47", "wikilm-7m, 57"})
  void everyWeightOfADenseModelIsThere(String name, int tensors) throws IOException {
    Path model = SharedFolder.of("models/" + name);
    GgufFile file = export(model);
    assertThat(file.tensors).hasSize(tensors);
    assertThat(file.tensors.containsKey("output.weight")).isEqualTo(tensors == 57);
    compare(
        file,
        model,
        (tensor, expected, actual) -> {
          if (expected != actual) {
            throw new AssertionError(tensor + ": " + actual + " for " + expected);
          }
        });
    file.tensors.forEach(
        (tensor, entry) -> {
          if (tensor.contains("norm")) {
            assertThat(entry.type()).as(tensor).isZero();
          }
        });
  }

  @Test
  void theHeaderSaysWhatTheConfigurationSays() throws IOException {
    Path model = SharedFolder.of("models/stories260K");
    Map<String, Object> keys = export(model, "--outtype", "f16").keys;
    assertThat(keys)
        .containsEntry("general.architecture", "llama")
        .containsEntry("general.file_type", 1)
        .containsEntry("llama.block_count", 5)
        .containsEntry("llama.context_length", 512)
        .containsEntry("llama.embedding_length", 64)
        .containsEntry("llama.feed_forward_length", 172)
        .containsEntry("llama.attention.head_count", 8)
        .containsEntry("llama.attention.head_count_kv", 4)
        .containsEntry("llama.rope.dimension_count", 8)
        .containsEntry("llama.rope.freq_base", 10000f)
        .containsEntry("llama.attention.layer_norm_rms_epsilon", 1e-5f)
        .containsEntry("llama.vocab_size", 512)
        .containsEntry("tokenizer.ggml.model", "llama")
        .containsEntry("tokenizer.ggml.bos_token_id", 1)
        .containsEntry("tokenizer.ggml.eos_token_id", 2)
        .containsEntry("tokenizer.ggml.unknown_token_id", 0)
        .containsEntry("tokenizer.ggml.add_bos_token", true)
        .containsEntry("tokenizer.ggml.add_eos_token", false)
        .containsEntry("tokenizer.ggml.add_space_prefix", true)
        .containsEntry("general.quantization_version", 2)
        .containsEntry("general.basename", "stories260K")
        .containsEntry("general.size_label", "260K");
  }

  /** The pieces of tokenizer.model against the vocabulary of tokenizer.json, which others made. */
  @ParameterizedTest
  @CsvSource({"stories260K", "wikilm-7m"})
  void theTokensAreThoseOfTheTokenizer(String name) throws IOException {
    Path model = SharedFolder.of("models/" + name);
    Map<String, Object> keys = export(model).keys;
    JsonNode json = JSON.readTree(model.resolve("tokenizer.json").toFile()).path("model");
    List<?> tokens = (List<?>) keys.get("tokenizer.ggml.tokens");
    List<?> types = (List<?>) keys.get("tokenizer.ggml.token_type");
    List<?> scores = (List<?>) keys.get("tokenizer.ggml.scores");
    assertThat(tokens).hasSize(json.path("vocab").size());
    assertThat(types).hasSameSizeAs(tokens);
    assertThat(scores).hasSameSizeAs(tokens);
    json.path("vocab")
        .properties()
        .forEach(
            e -> assertThat(tokens.get(e.getValue().asInt())).as(e.getKey()).isEqualTo(e.getKey()));
    assertThat(List.of(types.get(0), types.get(1), types.get(2), types.get(3)))
        .isEqualTo(List.of(2, 3, 3, 6));
    // Pieces that merges make have falling scores in the order of the merges.
    float last = Float.MAX_VALUE;
    for (JsonNode merge : json.path("merges")) {
      String text =
          merge.isArray()
              ? merge.get(0).asText() + merge.get(1).asText()
              : merge.asText().replaceFirst(" ", "");
      float score = (Float) scores.get(tokens.indexOf(text));
      assertThat(score).as(text).isLessThanOrEqualTo(last);
      last = score;
    }
  }

  @Test
  void denseModelsAreRoundedToTheTypeAskedFor() throws IOException {
    Path model = SharedFolder.of("models/wikilm-7m");
    for (String type : List.of("q8_0", "q4_0", "q4_1", "q2_0", "tq2_0", "q1_0")) {
      GgufFile file = export(model, "--outtype", type);
      int id =
          Map.of("q8_0", 8, "q4_0", 2, "q4_1", 3, "q2_0", 42, "tq2_0", 35, "q1_0", 41).get(type);
      assertThat(file.tensors.get("blk.3.ffn_down.weight").type()).isEqualTo(id);
      assertThat(file.tensors.get("token_embd.weight").type()).isEqualTo(8);
      assertThat(file.keys).containsEntry("general.quantization_version", 2);
      double[] sums = new double[2];
      compare(
          file,
          model,
          (tensor, expected, actual) -> {
            if (tensor.startsWith("blk") && !tensor.contains("norm")) {
              sums[0] += (expected - actual) * (double) (expected - actual);
              sums[1] += expected * (double) expected;
            }
          });
      // Twice what uniform grids of these widths give for normally distributed weights.
      double most =
          Map.of("q8_0", 0.01, "q4_0", 0.2, "q4_1", 0.15, "q2_0", 1.0, "tq2_0", 1.0, "q1_0", 0.9)
              .get(type);
      assertThat(Math.sqrt(sums[0] / sums[1])).as(type).isBetween(most / 6, most);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "rtn --bits 2 --groupsize 64, q2_0",
    "rtn --bits 3 --groupsize 32, q4_0",
    "gptq --bits 4 --groupsize 128, q8_0",
    "int --bits 2, q2_0",
    "bfp --bits 4, q8_0"
  })
  void gridsThatFitAreStoredExactly(String method, String type) throws IOException {
    Path packed = folder.resolve("packed");
    ExportTest.quantize(packed, method.split(" ", -1));
    GgufFile file = export(packed, "--no-tokenizer");
    compare(
        file,
        packed,
        (tensor, expected, actual) -> {
          if (expected != actual) {
            throw new AssertionError(tensor + ": " + actual + " for " + expected);
          }
        });
    Map<String, Integer> ids = Map.of("q2_0", 42, "q4_0", 2, "q8_0", 8);
    assertThat(file.tensors.values().stream().filter(t -> t.type() == ids.get(type)).count())
        .isGreaterThanOrEqualTo(11);
  }

  @Test
  void whatDoesNotFitIsRefusedOrRounded() throws IOException {
    Path packed = folder.resolve("packed");
    ExportTest.quantize(packed, "xnor", "--low-frac", "0.9", "--maxlayer", "1");
    Path file = folder.resolve("no.gguf");
    Cli.Result refused =
        Cli.run("export", packed, "--format", "gguf", "--no-tokenizer", "--out", file);
    assertThat(refused.code()).isEqualTo(2);
    assertThat(refused.err())
        .contains("7 layers", "model.layers.0.", "salient weights at 8 bits", "--lossy");
    assertThat(file).doesNotExist();

    GgufFile lossy = export(packed, "--no-tokenizer", "--lossy");
    assertThat(lossy.tensors.get("blk.0.attn_q.weight").type()).isEqualTo(8);
    // Blocks that were left dense keep their type.
    assertThat(lossy.tensors.get("blk.2.attn_q.weight").type()).isEqualTo(1);

    GgufFile half = export(packed, "--no-tokenizer", "--outtype", "f16");
    compare(
        half,
        packed,
        (tensor, expected, actual) -> {
          boolean vector = tensor.contains("norm");
          if (actual != (vector ? expected : Half.round(expected))) {
            throw new AssertionError(tensor + ": " + actual + " for " + expected);
          }
        });
  }

  @Test
  void rowsThatAreNoWholeBlocksAreStoredAsHalves() throws IOException {
    Path model = SharedFolder.of("models/stories260K");
    Path file = folder.resolve("model.gguf");
    Cli.Result result =
        Cli.run("export", model, "--format", "gguf", "--outtype", "q4_0", "--out", file);
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.out()).contains("rows of 172 weights", "stored as f16", "2 more");
    GgufFile gguf = new GgufFile(file);
    assertThat(gguf.tensors.get("blk.0.ffn_down.weight").type()).isEqualTo(1);
    assertThat(gguf.tensors.get("blk.0.ffn_up.weight").type()).isEqualTo(2);
  }

  /** Each row of the table in docs/export.md is what happens. */
  @Test
  void theTableOfMethodsAndFormatsIsTrue() throws IOException {
    Path page = Path.of("../docs/export.md");
    List<String> rows =
        Files.readAllLines(page).stream()
            .filter(line -> line.matches("\\| `[^|]*(\\|[^|]*){3}\\|"))
            .toList();
    assertThat(rows).hasSizeGreaterThan(15);
    int number = 0;
    for (String row : rows) {
      String[] cells = row.split("\\|", -1);
      Path packed = folder.resolve("packed" + number++);
      String method = cells[1].strip().replace("`", "") + " --maxlayer 1";
      ExportTest.quantize(packed, method.split(" ", -1));
      assertThat(outcome(packed, "gptq")).as("gptq: " + row).isEqualTo(cells[3].strip());
      assertThat(outcome(packed, "gguf")).as("gguf: " + row).isEqualTo(cells[4].strip());
      assertThat(outcome(packed, "hf")).as("hf: " + row).isEqualTo(cells[2].strip());
    }
  }

  private String outcome(Path packed, String format) throws IOException {
    Path out = folder.resolve("outcome-" + format);
    String[] extra =
        switch (format) {
          case "gguf" -> new String[] {"--no-tokenizer", "--force"};
          case "hf" -> new String[] {"--dtype", "f32", "--force"};
          default -> new String[] {"--force"};
        };
    Cli.Result plain = run(packed, format, out, extra);
    if (plain.code() == 0) {
      assertThat(plain.out()).contains(" 0 requantized");
      return "exact" + (format.equals("gguf") ? ", " + typeOf(out) : "");
    }
    String[] lossy = java.util.Arrays.copyOf(extra, extra.length + 1);
    lossy[extra.length] = "--lossy";
    return run(packed, format, out, lossy).code() == 0 ? "lossy" : "refused";
  }

  private static Cli.Result run(Path packed, String format, Path out, String... extra) {
    Object[] args = new Object[6 + extra.length];
    List.of("export", packed, "--format", format, "--out", out).toArray(args);
    System.arraycopy(extra, 0, args, 6, extra.length);
    return Cli.run(args);
  }

  /** The type of most layers of the first block. */
  private static String typeOf(Path file) throws IOException {
    Map<Integer, Integer> counts = new java.util.TreeMap<>();
    new GgufFile(file)
        .tensors.forEach(
            (name, tensor) -> {
              if (name.startsWith("blk.0.") && tensor.dims().length == 2) {
                counts.merge(tensor.type(), 1, Integer::sum);
              }
            });
    int most = counts.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow().getKey();
    return "`"
        + switch (most) {
          case 1 -> "f16";
          case 2 -> "q4_0";
          case 3 -> "q4_1";
          case 8 -> "q8_0";
          case 41 -> "q1_0";
          case 42 -> "q2_0";
          default -> String.format(Locale.ROOT, "type %d", most);
        }
        + "`";
  }
}
