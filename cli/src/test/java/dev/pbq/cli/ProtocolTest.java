package dev.pbq.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.core.checkpoint.Checkpoints;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.ModelWeights;
import dev.pbq.core.data.Tokenizer;
import dev.pbq.core.data.Tokenizers;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.DecoderBlock;
import dev.pbq.core.model.Engines;
import dev.pbq.core.model.LanguageHead;
import dev.pbq.core.model.LinearInputTap;
import dev.pbq.core.model.TokenEmbedding;
import dev.pbq.core.testkit.SharedFolder;
import dev.pbq.tiny.TinyModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Perplexity protocols, each against the reference's value or against its formula, worked out here
 * from the likelihoods of whole windows run one by one.
 */
class ProtocolTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  @Test
  void gptqOfTheFirstWindowsIsTheReferences() throws IOException {
    Path model = SharedFolder.of("models/stories260K");
    JsonNode reference = JSON.readTree(model.resolve("reference_ppl.json").toFile());
    double expected =
        reference
            .path("wikitext2-raw-test | 4358 rows joined \"\\n\\n\"")
            .path("first8windows_seq512")
            .path("torch_fp64")
            .asDouble();
    assertThat(expected).isGreaterThan(100);
    JsonNode result =
        evaluate(model, "wikitext2", "--data-dir", SharedFolder.of("corpora"), "--limit", 8);
    assertThat(result.path("perplexity").asDouble()).isCloseTo(expected, within(1e-5 * expected));
  }

  @ParameterizedTest
  @CsvSource({"64, 32, 5", "64, 64, 3", "50, 7, 20"})
  void strideIsTheFormulaOfItsSource(int length, int stride, int windows) throws IOException {
    int[] ids = tinyTokens();
    double sum = 0;
    int end = 0;
    for (int w = 0; w < windows; w++) {
      int i = w * stride;
      int begin = Math.max(i + stride - length, 0);
      end = i + stride;
      float[] nll = nll(Arrays.copyOfRange(ids, begin, end));
      int predicted = Math.min(end - i, nll.length);
      double mean = 0;
      for (int t = nll.length - predicted; t < nll.length; t++) {
        mean += nll[t] / predicted;
      }
      sum += mean * (end - i);
    }
    JsonNode result =
        tiny("--protocol", "hf-stride", "--seqlen", length, "--stride", stride, "--limit", windows);
    assertThat(result.path("perplexity").asDouble())
        .isCloseTo(Math.exp(sum / end), within(1e-5 * Math.exp(sum / end)));
    assertThat(result.path("stride").asInt()).isEqualTo(stride);
  }

  @ParameterizedTest
  @CsvSource({"64, 32, 5", "64, 64, 3", "50, 7, 20"})
  void todaysGuideIsTheFormulaOfItsSource(int length, int stride, int windows) throws IOException {
    int[] ids = tinyTokens();
    double sum = 0;
    int tokens = 0;
    int before = 0;
    for (int w = 0; w < windows; w++) {
      int begin = w * stride;
      int end = begin + length;
      int targets = end - before;
      float[] nll = nll(Arrays.copyOfRange(ids, begin, end));
      int predicted = Math.min(targets, nll.length);
      double mean = 0;
      for (int t = nll.length - predicted; t < nll.length; t++) {
        mean += nll[t] / predicted;
      }
      sum += mean * (targets - 1);
      tokens += targets - 1;
      before = end;
    }
    JsonNode result =
        tiny("--protocol", "hf-guide", "--seqlen", length, "--stride", stride, "--limit", windows);
    assertThat(result.path("perplexity").asDouble())
        .isCloseTo(Math.exp(sum / tokens), within(1e-5 * Math.exp(sum / tokens)));
    assertThat(result.path("protocol").asText()).isEqualTo("hf-guide");
  }

  @Test
  void llamaCppScoresTheSecondHalvesBehindBos() throws IOException {
    int[] ids = tinyTokens();
    double sum = 0;
    int count = 0;
    for (int chunk = 0; chunk < 3; chunk++) {
      int[] window = Arrays.copyOfRange(ids, 64 * chunk, 64 * (chunk + 1));
      window[0] = ids[0];
      float[] nll = nll(window);
      for (int t = 32; t < 63; t++) {
        sum += nll[t];
        count++;
      }
    }
    JsonNode result = tiny("--protocol", "llamacpp", "--seqlen", 64, "--limit", 3);
    assertThat(result.path("scored_tokens").asInt()).isEqualTo(count);
    assertThat(result.path("perplexity").asDouble())
        .isCloseTo(Math.exp(sum / count), within(1e-5 * Math.exp(sum / count)));
  }

  @Test
  void wordsOfDocumentsAreCountedAndAllTokensScored() throws IOException {
    Path text = folder.resolve("docs.jsonl");
    java.nio.file.Files.writeString(
        text, "{\"text\": \"one two  three\"}\n{\"text\": \" four \"}\n{\"text\": \"\"}\n");
    JsonNode result = evaluate("tiny", text, "--protocol", "lm-eval");
    JsonNode words = result.path("per_word");
    assertThat(words.path("documents").asInt()).isEqualTo(2);
    assertThat(words.path("words").asInt()).as("re.split counts empty ends").isEqualTo(3 + 3);
    assertThat(words.path("bytes").asInt()).isEqualTo(14 + 6);
    double sum = 0;
    try (Tokenizer tokenizer = Tokenizers.open(TinyModel.unpack(TinyModel.defaultCacheDir()))) {
      for (String document : List.of("one two  three", " four ")) {
        int[] ids = tokenizer.encode(document);
        int[] all = new int[ids.length + 1];
        all[0] = tokenizer.bosTokenId().orElseThrow();
        System.arraycopy(ids, 0, all, 1, ids.length);
        for (float value : nll(all)) {
          sum += value;
        }
      }
    }
    assertThat(result.path("perplexity").asDouble())
        .isCloseTo(Math.exp(sum / 6), within(1e-4 * Math.exp(sum / 6)));
  }

  @Test
  void wikitextHasItsPages() throws IOException {
    JsonNode result =
        evaluate(
            SharedFolder.of("models/stories260K"),
            "wikitext2",
            "--data-dir",
            SharedFolder.of("corpora"),
            "--protocol",
            "lm-eval",
            "--limit",
            1);
    assertThat(result.path("joined").asText()).contains("pages");
    assertThat(result.path("text_sha256").asText()).hasSize(64);
  }

  @Test
  void optionsThatMakeNoSenseAreRefused() {
    assertThat(Cli.run("eval-ppl", "tiny", "--stride", 4).err()).contains("--protocol hf-stride");
    assertThat(Cli.run("eval-ppl", "tiny", "--protocol", "hf").err())
        .contains("gptq, hf-stride, hf-guide, llamacpp, lm-eval");
    Cli.Result result =
        Cli.run("eval-ppl", "tiny", "--protocol", "hf-stride", "--seqlen", 8, "--stride", 9);
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("--stride 9");
  }

  private JsonNode tiny(Object... options) throws IOException {
    return evaluate("tiny", "tiny", options);
  }

  private JsonNode evaluate(Object model, Object dataset, Object... options) throws IOException {
    Path json = folder.resolve("r.json");
    List<Object> args = new ArrayList<>(List.of("eval-ppl", model, "--dataset", dataset));
    args.addAll(List.of(options));
    args.addAll(List.of("--json", json));
    Cli.Result result = Cli.run(args.toArray());
    assertThat(result.code()).as(result.err()).isZero();
    return JSON.readTree(json.toFile()).path("results").get(0);
  }

  private static int[] tinyTokens() {
    try (Tokenizer tokenizer = Tokenizers.open(TinyModel.unpack(TinyModel.defaultCacheDir()))) {
      return tokenizer.encode(TinyModel.evaluationText());
    }
  }

  /** Of one sequence, run by itself. */
  private static float[] nll(int[] ids) {
    ModelFolder folder = ModelFolder.open(TinyModel.unpack(TinyModel.defaultCacheDir()));
    CausalModel model = Architectures.of(folder.config(), "tiny");
    try (ModelWeights weights = Checkpoints.open(folder);
        NDManager manager = Engines.newManager();
        TokenEmbedding embedding = model.embedding(manager, weights);
        LanguageHead head = model.head(manager, weights)) {
      NDArray hidden = embedding.embed(manager, new int[][] {ids});
      for (int b = 0; b < model.blocks(); b++) {
        try (DecoderBlock block = model.block(manager, weights, b)) {
          hidden = block.forward(hidden, LinearInputTap.NONE);
        }
      }
      return head.nextTokenNll(hidden, new int[][] {ids})[0];
    }
  }
}
