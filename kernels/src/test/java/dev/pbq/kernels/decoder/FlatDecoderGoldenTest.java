package dev.pbq.kernels.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.Engines;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Small random decoders of every family: a flat decoder gives the logits of the engine's blocks at
 * every position, whether tokens come together or one by one, and the greedy continuation of the
 * library of the original models. All folders of the reference data are run, or, in a bare clone,
 * the few among the test's resources.
 */
class FlatDecoderGoldenTest {
  private static final double RELATIVE = 1e-5;
  private static final ObjectMapper JSON = new ObjectMapper();

  @BeforeAll
  static void oneThread() {
    Engines.setThreads(1);
  }

  static List<Path> configurations() throws IOException {
    Path shared = Path.of(System.getProperty("pbq.shared", "missing"), "golden", "architectures");
    Path own = Path.of("..", "core", "src", "test", "resources", "architectures");
    try (Stream<Path> files = Files.walk(Files.isDirectory(shared) ? shared : own, 2)) {
      List<Path> configurations =
          files
              .filter(p -> p.getFileName().toString().matches("config.*\\.json"))
              .filter(p -> !p.getParent().getFileName().toString().endsWith("-classifier"))
              .sorted()
              .toList();
      assertThat(configurations).hasSizeGreaterThan(5);
      return configurations;
    }
  }

  @ParameterizedTest
  @MethodSource("configurations")
  void givesWhatTheEnginesBlocksGive(Path file) throws IOException {
    JsonNode expected = JSON.readTree(file.resolveSibling("expected.json").toFile());
    CausalModel model = Architectures.of(JSON.readTree(file.toFile()), file.toString());
    try (Checkpoint weights = Checkpoint.open(file.getParent())) {
      for (JsonNode sequence : expected.get("sequences")) {
        int[] ids = ints(sequence.get("ids"));
        float[] wanted = EngineLogits.of(model, weights, ids);
        try (FlatDecoder decoder = FlatDecoder.open(model, weights, true, ids.length)) {
          assertClose(decoder.everyLogits(ids), wanted);
        }
      }
      JsonNode greedy = expected.get("greedy");
      int[] prompt = ints(greedy.get("prompt"));
      int[] generated = continued(model, weights, prompt, greedy.get("ids").size());
      assertThat(Stream.of("ids", "ids_without_cache").filter(greedy::has).map(greedy::get))
          .as("%s, greedy", file)
          .anyMatch(ids -> Arrays.equals(ints(ids), generated));
    }
  }

  private static int[] continued(CausalModel model, Checkpoint weights, int[] prompt, int count) {
    int[] generated = new int[count];
    try (FlatDecoder decoder = FlatDecoder.open(model, weights, false, prompt.length + count)) {
      int[] next = prompt;
      for (int i = 0; i < count; i++) {
        float[] logits = decoder.logits(next);
        for (int v = 1; v < logits.length; v++) {
          generated[i] = logits[v] > logits[generated[i]] ? v : generated[i];
        }
        next = new int[] {generated[i]};
      }
    }
    return generated;
  }

  private static void assertClose(float[] actual, float[] wanted) {
    assertThat(actual).hasSameSizeAs(wanted);
    double largest = 0;
    for (float value : wanted) {
      largest = Math.max(largest, Math.abs(value));
    }
    for (int i = 0; i < wanted.length; i++) {
      assertThat((double) actual[i])
          .as("logit %d", i)
          .isCloseTo(wanted[i], within(RELATIVE * largest));
    }
  }

  private static int[] ints(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false).mapToInt(JsonNode::intValue).toArray();
  }
}
