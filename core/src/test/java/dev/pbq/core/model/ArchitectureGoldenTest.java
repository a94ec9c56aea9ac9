package dev.pbq.core.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.tensor.WeightSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Small random models of every family against values that the library of the original models gives
 * in float64: losses, logits, greedy continuations with a cache, the list of linears and who shares
 * an input. Every spelling of the configuration must give the same. All folders of the reference
 * data are run, or, in a bare clone, the few among the test's resources.
 */
class ArchitectureGoldenTest {
  /** How much further off than the original library's own float32 run the product may be. */
  private static final double TOLERANCE_FACTOR = 20;

  private static final ObjectMapper JSON = new ObjectMapper();

  @BeforeAll
  static void oneThread() {
    Engines.setThreads(1);
  }

  static List<Path> folders() throws IOException {
    Path shared = Path.of(System.getProperty("pbq.shared", "missing"), "golden", "architectures");
    Path root = Files.isDirectory(shared) ? shared : Path.of("src/test/resources/architectures");
    try (Stream<Path> list = Files.list(root)) {
      List<Path> folders = list.filter(Files::isDirectory).sorted().toList();
      assertThat(folders).hasSizeGreaterThan(5);
      return folders;
    }
  }

  @ParameterizedTest
  @MethodSource("folders")
  void everyConfigurationGivesTheReferencesValues(Path folder) throws IOException {
    JsonNode expected = JSON.readTree(folder.resolve("expected.json").toFile());
    List<Path> configs;
    try (Stream<Path> list = Files.list(folder)) {
      configs =
          list.filter(p -> p.getFileName().toString().matches("config.*\\.json")).sorted().toList();
    }
    assertThat(configs).isNotEmpty();
    for (Path file : configs) {
      JsonNode config = JSON.readTree(file.toFile());
      try (Checkpoint weights = Checkpoint.open(folder)) {
        TransformerModel model = Architectures.any(config, file.toString());
        model.requireTensors(weights, folder.toString());
        checkLinears(model, weights, expected, file);
        if (model instanceof CausalModel causal) {
          checkCausal(causal, weights, expected, file);
        } else {
          checkClassifier((EncoderClassifier) model, weights, expected, file);
        }
      }
    }
  }

  private static void checkCausal(
      CausalModel model, WeightSource weights, JsonNode expected, Path file) {
    double tolerance = TOLERANCE_FACTOR * expected.get("float32_max_abs_difference").doubleValue();
    assertThat(tolerance).isLessThan(1e-2);
    try (ModelRunner runner = new ModelRunner(model, weights)) {
      for (JsonNode sequence : expected.get("sequences")) {
        int[] ids = ints(sequence.get("ids"));
        float[] logits = runner.logits(new int[][] {ids});
        int vocabulary = model.vocabularySize();
        sequence
            .get("logits")
            .properties()
            .forEach(
                row -> {
                  int at = Integer.parseInt(row.getKey()) * vocabulary;
                  for (int i = 0; i < vocabulary; i++) {
                    assertThat((double) logits[at + i])
                        .as("%s, logit %d at position %s", file, i, row.getKey())
                        .isCloseTo(row.getValue().get(i).doubleValue(), within(tolerance));
                  }
                });
        float[] nll = runner.nll(new int[][] {ids})[0];
        for (int t = 0; t < nll.length; t++) {
          assertThat((double) nll[t])
              .as("%s, loss of token %d", file, t + 1)
              .isCloseTo(sequence.get("token_nll").get(t).doubleValue(), within(2 * tolerance));
        }
      }
      JsonNode greedy = expected.get("greedy");
      List<int[]> accepted = new ArrayList<>();
      accepted.add(ints(greedy.get("ids")));
      if (greedy.has("ids_without_cache")) {
        accepted.add(ints(greedy.get("ids_without_cache")));
      }
      int[] generated =
          generate(model, weights, ints(greedy.get("prompt")), accepted.get(0).length);
      assertThat(accepted).as("%s, greedy", file).anyMatch(ids -> Arrays.equals(ids, generated));
    }
  }

  private static int[] generate(CausalModel model, WeightSource weights, int[] prompt, int count) {
    int[] generated = new int[count];
    try (NDManager manager = Engines.newManager();
        ModelRunner runner = new ModelRunner(model, weights);
        TokenEmbedding embedding = model.embedding(manager, weights);
        LanguageHead head = model.head(manager, weights);
        KeyValueCache cache = KeyValueCache.of(manager, model, 1, prompt.length + count)) {
      int[] next = prompt;
      for (int step = 0; step < count; step++) {
        try (NDManager scope = manager.newSubManager()) {
          NDArray x = embedding.embed(scope, new int[][] {next}, cache.length());
          for (int b = 0; b < model.blocks(); b++) {
            x = runner.blocks().get(b).forward(x, cache.block(b));
          }
          float[] logits = head.logits(x).toFloatArray();
          int vocabulary = model.vocabularySize();
          int from = logits.length - vocabulary;
          int best = 0;
          for (int i = 1; i < vocabulary; i++) {
            best = logits[from + i] > logits[from + best] ? i : best;
          }
          generated[step] = best;
          next = new int[] {best};
        }
      }
    }
    return generated;
  }

  private static void checkClassifier(
      EncoderClassifier model, WeightSource weights, JsonNode expected, Path file) {
    double tolerance = TOLERANCE_FACTOR * expected.get("float32_max_abs_difference").doubleValue();
    try (NDManager manager = Engines.newManager();
        TokenEmbedding embedding = model.embedding(manager, weights);
        ClassificationHead head = model.head(manager, weights)) {
      for (JsonNode sequence : expected.get("sequences")) {
        int[] ids = ints(sequence.get("ids"));
        NDArray x = embedding.embed(manager, new int[][] {ids});
        for (int b = 0; b < model.blocks(); b++) {
          try (EncoderBlock block = model.block(manager, weights, b)) {
            x = block.forward(x, new int[] {ids.length}, LinearInputTap.NONE);
          }
        }
        float[] logits = head.logits(x, new int[] {ids.length})[0];
        JsonNode wanted = sequence.get("logits");
        JsonNode row = wanted.isArray() ? wanted : wanted.elements().next();
        assertThat(logits).hasSize(row.size());
        for (int i = 0; i < logits.length; i++) {
          assertThat((double) logits[i])
              .as("%s, logit %d", file, i)
              .isCloseTo(row.get(i).doubleValue(), within(tolerance));
        }
      }
    }
  }

  /** Linears by their stored names, and the groups that share an input. */
  private static void checkLinears(
      TransformerModel model, Checkpoint weights, JsonNode expected, Path file) {
    Map<String, String> actual = new TreeMap<>();
    Set<String> groups = new TreeSet<>();
    for (int b = 0; b < model.blocks(); b++) {
      for (LinearInput input : model.linearInputs(b)) {
        List<String> names = new ArrayList<>();
        for (Linear linear : input.linears()) {
          String name = storedName(weights, linear);
          names.add(name);
          actual.put(name, b + " " + linear.rows() + "x" + linear.cols() + " " + linear.bias());
        }
        groups.add(names.stream().sorted().toList() + (input.routed() ? " routed" : " all"));
      }
    }
    Map<String, String> wanted = new TreeMap<>();
    for (JsonNode linear : expected.get("linears")) {
      wanted.put(
          linear.get("name").textValue(),
          linear.get("block")
              + " "
              + linear.get("rows")
              + "x"
              + linear.get("cols")
              + " "
              + linear.get("bias"));
    }
    Set<String> wantedGroups = new TreeSet<>();
    for (JsonNode group : expected.get("shared_inputs")) {
      List<String> names = new ArrayList<>();
      group.get("linears").forEach(name -> names.add(name.textValue()));
      wantedGroups.add(names.stream().sorted().toList() + " " + group.get("tokens").textValue());
    }
    assertThat(actual).as("%s, linears", file).isEqualTo(wanted);
    assertThat(groups).as("%s, inputs", file).isEqualTo(wantedGroups);
  }

  /** What the reference calls a linear: its tensor, which may hold those of all experts. */
  private static String storedName(Checkpoint weights, Linear linear) {
    String name =
        weights.contains(linear.weight())
            ? weights.info(linear.weight()).name()
            : linear.name().replaceFirst("\\.\\d+$", "");
    return name.replaceFirst("\\.weight$", "");
  }

  private static int[] ints(JsonNode list) {
    int[] values = new int[list.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = list.get(i).intValue();
    }
    return values;
  }
}
