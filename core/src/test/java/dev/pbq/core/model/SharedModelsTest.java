package dev.pbq.core.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.core.testkit.SharedFolder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Real trained models against logits, texts and perplexities computed elsewhere. */
class SharedModelsTest {
  @BeforeAll
  static void oneThread() {
    Engines.setThreads(1);
  }

  @Test
  void storiesGreedyTextAndLogits() throws IOException {
    Path folder = SharedFolder.of("models/stories260K");
    JsonNode expected = json(folder.resolve("expected.json"));
    try (ModelRunner runner = runner(folder)) {
      for (String name : List.of("greedy_ids_incl_bos", "empty_prompt_ids")) {
        int[] greedy = ints(expected.get(name));
        assertThat(greedy).hasSizeGreaterThan(60);
        float[] logits = runner.logits(new int[][] {greedy});
        // Each id is the most probable one after those before it, so decoding finds all of them.
        int prompt = name.startsWith("empty") ? 1 : 5;
        for (int t = prompt; t < greedy.length; t++) {
          assertThat(argMax(logits, t - 1, 512)).as("%s, token %d", name, t).isEqualTo(greedy[t]);
        }
      }
      int[] ids = ints(expected.get("logits_prompt_ids"));
      float[] logits = runner.logits(new int[][] {ids});
      assertLogits(logits, ids.length - 1, 512, expected.get("logits_last_first16"));
    }
  }

  @Test
  void storiesPerplexity() throws IOException, NoSuchAlgorithmException {
    Path folder = SharedFolder.of("models/stories260K");
    Path corpus = folder.resolve("../../corpora/tinystories.jsonl");
    List<String> stories = new ArrayList<>();
    for (String line : Files.readAllLines(corpus)) {
      stories.add(new ObjectMapper().readTree(line).get("text").textValue());
    }
    int[] ids = encode(folder, String.join("\n\n", stories));
    JsonNode reference =
        json(folder.resolve("reference_ppl.json")).get("tinystories.jsonl out | joined \"\\n\\n\"");
    assertThat(sha256(ids)).isEqualTo(reference.get("ids_sha256_le_i32").textValue());
    try (ModelRunner runner = runner(folder)) {
      double perplexity = perplexity(runner, ids, 512, 8, 4);
      double expected = reference.get("first8windows_seq512").get("torch_fp64").doubleValue();
      assertThat(perplexity / expected).isCloseTo(1, within(1e-5));
    }
  }

  @Test
  void optLogitsAndPerplexity() throws IOException {
    Path folder = SharedFolder.of("models/opt-mini");
    JsonNode reference = json(folder.resolve("reference_ppl.json"));
    int[] first = ints(reference.get("first_32_ids"));
    try (ModelRunner runner = runner(folder)) {
      float[] logits = runner.logits(new int[][] {first});
      assertLogits(logits, first.length - 1, 4096, reference.get("last_position_logits_first_16"));
      int[] ids = encode(folder, wikitext(folder));
      assertThat(Arrays.copyOf(ids, 32)).isEqualTo(first);
      JsonNode wikitext = reference.get("wikitext2");
      double perplexity =
          perplexity(
              runner,
              ids,
              wikitext.get("seqlen").intValue(),
              wikitext.get("windows").intValue(),
              10);
      assertThat(perplexity / wikitext.get("ppl").doubleValue()).isCloseTo(1, within(1e-5));
    }
  }

  private static ModelRunner runner(Path folder) throws IOException {
    MapWeights weights = SafetensorsFixture.read(folder.resolve("model.safetensors"));
    return new ModelRunner(
        Architectures.of(json(folder.resolve("config.json")), "config.json"), weights);
  }

  private static JsonNode json(Path file) throws IOException {
    return new ObjectMapper().readTree(file.toFile());
  }

  private static String wikitext(Path folder) throws IOException {
    List<String> rows = new ArrayList<>();
    for (String line : Files.readAllLines(folder.resolve("../../corpora/wiki.test.raw"))) {
      rows.add(line.isBlank() ? "" : line + "\n");
    }
    return String.join("\n\n", rows);
  }

  /** BOS and the text's ids. */
  private static int[] encode(Path folder, String text) throws IOException {
    try (HuggingFaceTokenizer tokenizer =
        HuggingFaceTokenizer.builder()
            .optTokenizerPath(folder.resolve("tokenizer.json"))
            .optAddSpecialTokens(false)
            .optTruncation(false)
            .optPadding(false)
            .build()) {
      return LongStream.concat(LongStream.of(1), LongStream.of(tokenizer.encode(text).getIds()))
          .mapToInt(Math::toIntExact)
          .toArray();
    }
  }

  private static double perplexity(
      ModelRunner runner, int[] ids, int window, int windows, int batch) {
    double total = 0;
    for (int first = 0; first < windows; first += batch) {
      int[][] some = new int[batch][];
      for (int i = 0; i < batch; i++) {
        some[i] = Arrays.copyOfRange(ids, (first + i) * window, (first + i + 1) * window);
      }
      for (float[] nll : runner.nll(some)) {
        double sum = 0;
        for (float value : nll) {
          sum += value;
        }
        total += sum / nll.length;
      }
    }
    return Math.exp(total / windows);
  }

  private static void assertLogits(float[] logits, int token, int vocabulary, JsonNode expected) {
    assertThat(expected).hasSize(16);
    for (int i = 0; i < 16; i++) {
      assertThat((double) logits[token * vocabulary + i])
          .isCloseTo(expected.get(i).doubleValue(), within(1e-4));
    }
  }

  private static int argMax(float[] logits, int token, int vocabulary) {
    int best = 0;
    for (int i = 0; i < vocabulary; i++) {
      if (logits[token * vocabulary + i] > logits[token * vocabulary + best]) {
        best = i;
      }
    }
    return best;
  }

  private static int[] ints(JsonNode array) {
    int[] values = new int[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).intValue();
    }
    return values;
  }

  private static String sha256(int[] ids) throws NoSuchAlgorithmException {
    ByteBuffer bytes = ByteBuffer.allocate(4 * ids.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asIntBuffer().put(ids);
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.array()));
  }
}
