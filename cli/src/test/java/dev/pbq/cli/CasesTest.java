package dev.pbq.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.core.testkit.LogCapture;
import dev.pbq.core.testkit.SharedFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Small models of kinds that other programs get wrong, with the perplexities that transformers
 * gives, and what is told of them: once, however often the files are read.
 */
class CasesTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "bos-probe, 7.80106, ''",
    "qwen2-vocab-merges, 1063.95913, ''",
    "tokenizer-infinity, 1130.45655, ''",
    "rope-both, 829.79222, rope_scaling and",
    "config-duplicate-key, 703.73617, is given twice",
    "bias-not-in-config, 838.77030, biases of linear layers (3"
  })
  void perplexityIsThatOfTransformers(String name, double expected, String told)
      throws IOException {
    Path model = SharedFolder.of("cases/" + name);
    Path json = folder.resolve("r.json");
    try (LogCapture log = LogCapture.of("dev.pbq")) {
      Cli.Result result =
          Cli.run(
              "eval-ppl",
              model,
              "--dataset",
              model.resolve("text.txt"),
              "--seqlen",
              32,
              "--json",
              json);
      assertThat(result.code()).as(result.err()).isZero();
      requireTold(log.warnings(), told);
    }
    JsonNode result = JSON.readTree(json.toFile()).path("results").get(0);
    assertThat(result.path("perplexity").asDouble()).isCloseTo(expected, within(2e-6 * expected));
  }

  private static void requireTold(List<String> warnings, String told) {
    if (told.isEmpty()) {
      assertThat(warnings).isEmpty();
    } else {
      assertThat(warnings).singleElement().asString().contains(told);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "rope-both, rope_scaling and",
    "config-duplicate-key, is given twice",
    "bias-not-in-config, biases of linear layers (3"
  })
  void quantizingTellsItOnceToo(String name, String told) {
    Path model = SharedFolder.of("cases/" + name);
    try (LogCapture log = LogCapture.of("dev.pbq")) {
      Cli.Result result =
          Cli.run(
              "quantize", model, "--method", "rtn", "--bits", "4", "--out", folder.resolve("out"));
      assertThat(result.code()).as(result.err()).isZero();
      requireTold(log.warnings(), told);
      assertThat(result.out())
          .endsWith("pbq export %1$s --format hf --out %1$s-hf%n".formatted(folder.resolve("out")));
    }
  }

  @Test
  void textsWithNanAndArraysAreRead() {
    Path texts = SharedFolder.of("cases/text-files");
    for (String name : List.of("nan.jsonl", "array.json")) {
      Cli.Result result =
          Cli.run("eval-ppl", "tiny", "--dataset", texts.resolve(name), "--protocol", "lm-eval");
      assertThat(result.code()).as(result.err()).isZero();
      assertThat(result.out()).contains("3 documents");
    }
  }
}
