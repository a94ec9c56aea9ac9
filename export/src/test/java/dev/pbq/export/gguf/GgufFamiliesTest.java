package dev.pbq.export.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.SafetensorsWriter;
import dev.pbq.core.checkpoint.TensorEntry;
import dev.pbq.core.model.Engines;
import dev.pbq.export.ExportProgress;
import dev.pbq.export.ExportReport;
import dev.pbq.export.ExportRequest;
import dev.pbq.export.gguf.family.FactKeys;
import dev.pbq.export.gguf.model.GgufModelFormat;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Small random models of every family, exported and opened again: the file computes what the folder
 * computes, or the export is refused and says why. All folders of the reference data are run, or,
 * in a bare clone, the few among the core's test resources.
 */
class GgufFamiliesTest {
  /** Why a folder is refused, by its name: what its model has and no file of llama.cpp can say. */
  private static final Map<String, String> REFUSED =
      Map.ofEntries(
          Map.entry("bloom-noprefix", "how attention and MLP stand to each other"),
          Map.entry("cohere-qknorm", "norms of queries and keys"),
          Map.entry("falcon-rw-alibi", "self_attention.query_key_value.bias"),
          Map.entry("gemma2", "the scale of scores"),
          Map.entry("gemma3-text", "the scale of scores"),
          Map.entry("gemma3-nested", "the scale of scores"),
          Map.entry("gemma3-nested-newnames", "the scale of scores"),
          Map.entry("gpt-oss", "the activation"),
          Map.entry("gpt2-noprefix-buffers", "the scale of scores"),
          Map.entry("llama-rope-dynamic", "Dynamic"),
          Map.entry("llama-rope-yarn-options", "limits of yarn"),
          Map.entry("phi-qknorm-gqa", "norms of queries and keys"),
          Map.entry("qwen2-moe", "the mixture of experts"),
          Map.entry("qwen3-bias-window", "self_attn.o_proj.bias"),
          Map.entry("qwen3-moe", "the mixture of experts"));

  /** Types of models that llama.cpp has no architecture for, or none that pbq writes. */
  private static final Set<String> NONE = Set.of("opt", "bert", "roberta", "distilbert");

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path work;

  @BeforeAll
  static void oneThread() {
    Engines.setThreads(1);
  }

  private static Path root() {
    Path shared = Path.of(System.getProperty("pbq.shared", "missing"), "golden", "architectures");
    if (Files.isDirectory(shared)) {
      return shared;
    }
    assertThat(System.getenv("CI")).as("in CI the reference data must be there").isNull();
    return Path.of("../core/src/test/resources/architectures");
  }

  static List<Path> folders() throws IOException {
    try (Stream<Path> list = Files.list(root())) {
      List<Path> folders = list.filter(Files::isDirectory).sorted().toList();
      assertThat(folders).hasSizeGreaterThan(5);
      return folders;
    }
  }

  private ExportReport export(Path folder) {
    ExportRequest request =
        new ExportRequest(
            ModelFolder.open(folder),
            work.resolve("model.gguf"),
            false,
            false,
            Map.of("no-tokenizer", "true"));
    return new GgufExporter().export(request, ExportProgress.NONE);
  }

  @ParameterizedTest
  @MethodSource("folders")
  void theFileComputesWhatTheFolderComputes(Path folder) throws IOException {
    String name = folder.getFileName().toString();
    String type = JSON.readTree(folder.resolve("config.json").toFile()).path("model_type").asText();
    if (REFUSED.containsKey(name) || NONE.contains(type)) {
      assertThatThrownBy(() -> export(folder))
          .isInstanceOf(PbqException.class)
          .hasMessageContaining(REFUSED.getOrDefault(name, type));
      assertThat(work.resolve("model.gguf")).doesNotExist();
      return;
    }
    requireSame(folder, name.equals("gpt-neox-sequential") ? 5e-3 : 1e-4);
  }

  /** Texts of 40 tokens, which windows and long factors of these models are shorter than. */
  private void requireSame(Path folder, double tolerance) throws IOException {
    export(folder);
    Path file = work.resolve("model.gguf");
    requireKnownNames(file);
    Path unpacked = Files.createDirectories(work.resolve("unpacked"));
    new GgufModelFormat().unpack(file, unpacked);
    int[][] ids = new int[2][40];
    for (int t = 0; t < 40; t++) {
      ids[0][t] = (7 * t + 3) % 150;
      ids[1][t] = (11 * t + t * t) % 150;
    }
    float[] expected = Logits.of(ModelFolder.open(folder), ids);
    float[] actual = Logits.of(ModelFolder.open(unpacked), ids);
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < actual.length; i++) {
      assertThat((double) actual[i])
          .as("%s, logit %d", folder.getFileName(), i)
          .isCloseTo(expected[i], within(tolerance));
    }
  }

  /** Names against those that llama.cpp's own package has for the architecture. */
  private static void requireKnownNames(Path file) throws IOException {
    Map<String, Set<String>> known = new HashMap<>();
    try (InputStream in = GgufFamiliesTest.class.getResourceAsStream("/gguf/parts.txt")) {
      new String(in.readAllBytes(), StandardCharsets.US_ASCII)
          .lines()
          .map(line -> line.split(" "))
          .forEach(words -> known.put(words[0], Set.of(words)));
    }
    try (GgufReader reader = GgufReader.open(file)) {
      String architecture = (String) reader.values().get("general.architecture");
      Set<String> parts = new TreeSet<>();
      for (String tensor : reader.tensors().keySet()) {
        if (FactKeys.VECTORS.contains(tensor)) {
          continue;
        }
        parts.add(tensor.replaceFirst("^blk\\.\\d+\\.", "").replaceFirst("\\.(weight|bias)$", ""));
      }
      assertThat(known.get(architecture)).as(architecture).containsAll(parts);
      assertThat(reader.values())
          .containsKeys(
              "general.basename",
              "general.size_label",
              "general.file_type",
              "general.quantization_version");
    }
  }

  /** Folders that are refused as they are, with one key that llama.cpp has fixed set to that. */
  @ParameterizedTest
  @CsvSource({
    "gemma2, query_pre_attn_scalar, head_dim",
    "gemma3-text, query_pre_attn_scalar, head_dim",
    "gemma3-nested, query_pre_attn_scalar, head_dim",
    "gpt-oss, swiglu_limit, 7",
    "cohere-qknorm, use_qk_norm, false",
    "bloom-noprefix, apply_residual_connection_post_layernorm, false",
    "gpt2-noprefix-buffers, scale_attn_by_inverse_layer_idx, false"
  })
  void refusedForOneKeyAlone(String name, String key, String value) throws IOException {
    Path source = root().resolve(name);
    if (!Files.isDirectory(source)) {
      assertThat(System.getenv("CI")).isNull();
      return;
    }
    ObjectNode config = (ObjectNode) JSON.readTree(source.resolve("config.json").toFile());
    ObjectNode text = config.path("text_config") instanceof ObjectNode inner ? inner : config;
    text.set(key, value.equals("head_dim") ? text.path("head_dim") : JSON.readTree(value));
    Path folder = copy(source, config, Map.of());
    requireSame(folder, 1e-4);
  }

  /** Mixtures in every block, which llama.cpp needs: one block's takes the place of a plain MLP. */
  @ParameterizedTest
  @CsvSource({"qwen2-moe, 1, 0", "qwen3-moe, 0, 1"})
  void mixturesInEveryBlock(String name, int from, int to) throws IOException {
    Path source = root().resolve(name);
    if (!Files.isDirectory(source)) {
      assertThat(System.getenv("CI")).isNull();
      return;
    }
    ObjectNode config = (ObjectNode) JSON.readTree(source.resolve("config.json").toFile());
    config.put("decoder_sparse_step", 1).putArray("mlp_only_layers");
    String prefix = "model.layers.%d.mlp.";
    Path folder = copy(source, config, Map.of(prefix.formatted(from), prefix.formatted(to)));
    requireSame(folder, 1e-4);
  }

  /**
   * A folder with another configuration.
   *
   * @param copied what the names of tensors begin with that are there once more, instead of those
   *     that begin with the other
   */
  private Path copy(Path source, ObjectNode config, Map<String, String> copied) throws IOException {
    Path folder = Files.createDirectories(work.resolve("source"));
    Files.writeString(folder.resolve("config.json"), config.toString());
    List<TensorEntry> entries = new ArrayList<>();
    try (Checkpoint weights = Checkpoint.open(source)) {
      for (String name : weights.names()) {
        if (copied.values().stream().noneMatch(name::startsWith)) {
          entries.add(weights.entryOf(name));
        }
        copied.forEach(
            (from, to) -> {
              if (name.startsWith(from)) {
                TensorEntry e = weights.entryOf(name);
                entries.add(
                    new TensorEntry(name.replace(from, to), e.dtype(), e.shape(), e.source()));
              }
            });
      }
      SafetensorsWriter.write(folder.resolve("model.safetensors"), entries, Map.of());
    }
    return folder;
  }
}
