package dev.pbq.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.core.testkit.SharedFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tasks through the command line: the counts of the reference, other ways to run, bad input. */
class EvalTasksTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "arc_easy, validation, arc_easy.validation out, lm-eval, 0",
    "arc_challenge, validation, arc_challenge.validation out, lm-eval, 0",
    "openbookqa, validation, openbookqa.validation out, lm-eval, 0",
    "copa, validation, copa.validation out, olmes, 0",
    "piqa, validation, piqa.validation out, lm-eval, 0",
    "winogrande, validation, winogrande_xl.validation out, lm-eval, 0",
    "boolq, validation, boolq.validation out first 200, lm-eval, 200",
    "hellaswag, validation, hellaswag.validation out first 200, lm-eval, 200"
  })
  void countsAreThoseOfTheReference(
      String task, String split, String key, String prompts, int limit) throws IOException {
    JsonNode expected = reference().path(key);
    JsonNode report = evaluate(task, split, prompts, limit);
    JsonNode details = report.path("pbq").path("tasks").get(0);
    JsonNode metrics = report.path("results").path(task);
    assertThat(details.path("correct").asInt()).isEqualTo(expected.path("correct").asInt());
    assertThat(report.path("n-samples").path(task).path("effective").asInt())
        .isEqualTo(expected.path("n").asInt());
    assertThat(details.path("skipped_rows")).isEqualTo(expected.path("skipped_over_512_tokens"));
    assertThat(metrics.path("acc,none").asDouble()).isEqualTo(expected.path("acc").asDouble());
    if (metrics.has("acc_norm,none")) {
      assertThat(details.path("correct_norm")).isEqualTo(expected.path("correct_norm"));
    }
  }

  @Test
  void lastWordsAreThoseOfTheReference() throws IOException {
    JsonNode expected = reference().path("lambada_openai.test out first 200");
    JsonNode metrics =
        evaluate("lambada_openai", "test", "lm-eval", 200).path("results").path("lambada_openai");
    double perplexity = expected.path("ppl").asDouble();
    assertThat(metrics.path("acc,none").asDouble()).isEqualTo(expected.path("acc").asDouble());
    assertThat(metrics.path("perplexity,none").asDouble())
        .isCloseTo(perplexity, within(1e-5 * perplexity));
  }

  @Test
  void oneBlockAtATimeAndSmallBatchesGiveTheSame() throws IOException {
    Path rows = questions(12);
    JsonNode whole = own(rows);
    assertThat(own(rows, "--resident", "1KB").path("results")).isEqualTo(whole.path("results"));
    assertThat(own(rows, "--batch-tokens", "1").path("results").path("arc_easy").path("acc,none"))
        .isEqualTo(whole.path("results").path("arc_easy").path("acc,none"));
  }

  @Test
  void theReportHasTheNamesOfTheHarness() throws IOException {
    JsonNode report = own(questions(6), "--num-fewshot", "2");
    JsonNode metrics = report.path("results").path("arc_easy");
    double acc = metrics.path("acc,none").asDouble();
    assertThat(metrics.path("acc_stderr,none").asDouble())
        .as("sample standard deviation over root n")
        .isCloseTo(Math.sqrt(acc * (1 - acc) / 5), within(1e-12));
    assertThat(metrics.has("acc_norm,none")).isTrue();
    assertThat(report.path("n-shot").path("arc_easy").asInt()).isEqualTo(2);
    assertThat(report.path("versions").path("arc_easy").asDouble()).isEqualTo(1);
    assertThat(report.path("higher_is_better").path("arc_easy").path("acc").asBoolean()).isTrue();
    assertThat(report.path("pbq").path("tokenizer").asText()).hasSize(64);
    assertThat(report.path("pbq").path("tasks").get(0).path("data_sha256").asText()).hasSize(64);
  }

  @Test
  void aPresetHasThePapersMetricsAndMean() throws IOException {
    JsonNode report =
        run(
            SharedFolder.of("models/stories260K"),
            "onebit",
            List.of("--data-dir", SharedFolder.of("tasks"), "--split", "validation", "--limit", 5));
    JsonNode group = report.path("groups").path("onebit");
    double sum = 0;
    for (String task : List.of("hellaswag", "piqa", "arc_easy", "arc_challenge")) {
      sum += report.path("results").path(task).path("acc_norm,none").asDouble();
    }
    for (String task : List.of("winogrande", "boolq")) {
      sum += report.path("results").path(task).path("acc,none").asDouble();
    }
    assertThat(group).hasSize(7);
    assertThat(group.path("mean").asDouble()).isCloseTo(sum / 6, within(1e-12));
  }

  @Test
  void everyAnswerIsWrittenOnRequest() throws IOException {
    Path samples = folder.resolve("samples.jsonl");
    JsonNode report = own(questions(6), "--samples", samples);
    List<String> lines = Files.readAllLines(samples);
    assertThat(lines).hasSize(6 * 3);
    int right = 0;
    for (int item = 0; item < 6; item++) {
      double best = Double.NEGATIVE_INFINITY;
      int chosen = -1;
      for (int choice = 0; choice < 3; choice++) {
        JsonNode line = JSON.readTree(lines.get(3 * item + choice));
        assertThat(line.path("task").asText()).isEqualTo("arc_easy");
        assertThat(line.path("item").asInt()).isEqualTo(item);
        assertThat(line.path("choice").asInt()).isEqualTo(choice);
        assertThat(line.path("prompt").asText())
            .isEqualTo("Question: What is %d and %d?\nAnswer:".formatted(item, item));
        assertThat(line.path("continuation").asText()).startsWith(" ");
        assertThat(line.path("tokens").isEmpty()).isFalse();
        assertThat(line.path("greedy").isBoolean()).isTrue();
        assertThat(line.path("right").asBoolean()).isEqualTo(choice == item % 3);
        if (line.path("log_likelihood").asDouble() > best) {
          best = line.path("log_likelihood").asDouble();
          chosen = choice;
        }
        right += line.path("chosen").asBoolean() && line.path("right").asBoolean() ? 1 : 0;
      }
      assertThat(JSON.readTree(lines.get(3 * item + chosen)).path("chosen").asBoolean()).isTrue();
    }
    assertThat(right / 6.0)
        .isEqualTo(report.path("results").path("arc_easy").path("acc,none").asDouble());
  }

  @Test
  void anUnknownTaskNamesTheNearest() {
    Cli.Result result = Cli.run("eval-tasks", "tiny", "--tasks", "arc_esay");
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("did you mean arc_easy?").hasLineCount(1);
  }

  @Test
  void aRowWithoutAFieldNamesFileLineAndField() throws IOException {
    Path rows =
        Files.writeString(
            folder.resolve("rows.jsonl"),
            "{\"goal\":\"g\",\"sol1\":\"a\",\"sol2\":\"b\",\"label\":0}\n{\"goal\":\"g\"}\n");
    Cli.Result result = Cli.run("eval-tasks", "tiny", "--tasks", "piqa=" + rows);
    assertThat(result.code()).isEqualTo(4);
    assertThat(result.err()).contains(rows + " line 2: no field \"sol1\"").hasLineCount(1);
  }

  @Test
  void anEmptyFileAndAMissingOneAreSaidInOneLine() throws IOException {
    Path empty = Files.writeString(folder.resolve("empty.jsonl"), "\n");
    Cli.Result nothing = Cli.run("eval-tasks", "tiny", "--tasks", "piqa=" + empty);
    assertThat(nothing.code()).isEqualTo(4);
    assertThat(nothing.err()).contains(empty + ": there is no row in it").hasLineCount(1);
    Cli.Result missing = Cli.run("eval-tasks", "tiny", "--tasks", "piqa", "--data-dir", folder);
    assertThat(missing.code()).isEqualTo(3);
    assertThat(missing.err()).contains("piqa.validation.jsonl").hasLineCount(1);
  }

  @Test
  void aContinuationLongerThanTheContextIsSkippedAndCounted() throws IOException {
    Path rows =
        Files.writeString(
            folder.resolve("rows.jsonl"),
            "{\"goal\":\"g\",\"sol1\":\"a\",\"sol2\":\"%s\",\"label\":0}%n"
                    .formatted("word ".repeat(9999))
                + "{\"goal\":\"g\",\"sol1\":\"a\",\"sol2\":\"b\",\"label\":0}\n");
    Path json = folder.resolve("r.json");
    Cli.Result result = Cli.run("eval-tasks", "tiny", "--tasks", "piqa=" + rows, "--json", json);
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.out()).contains("1 skipped");
    assertThat(
            JSON.readTree(json.toFile()).path("n-samples").path("piqa").path("effective").asInt())
        .isEqualTo(1);
  }

  private static JsonNode reference() throws IOException {
    return JSON.readTree(SharedFolder.of("models/stories260K/reference_zeroshot.json").toFile());
  }

  private JsonNode evaluate(String task, String split, String prompts, int limit)
      throws IOException {
    List<Object> options = new ArrayList<>(List.of("--data-dir", SharedFolder.of("tasks")));
    options.addAll(List.of("--split", split, "--prompts", prompts));
    if (limit > 0) {
      options.addAll(List.of("--limit", limit));
    }
    return run(SharedFolder.of("models/stories260K"), task, options);
  }

  private JsonNode own(Path rows, Object... options) throws IOException {
    return run("tiny", "arc_easy=" + rows, List.of(options));
  }

  private JsonNode run(Object model, String task, List<Object> options) throws IOException {
    Path json = folder.resolve("r.json");
    List<Object> args = new ArrayList<>(List.of("eval-tasks", model, "--tasks", task));
    args.addAll(options);
    args.addAll(List.of("--json", json));
    Cli.Result result = Cli.run(args.toArray());
    assertThat(result.code()).as(result.err()).isZero();
    return JSON.readTree(json.toFile());
  }

  /** In the layout of the hub's ai2_arc. */
  private Path questions(int count) throws IOException {
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < count; i++) {
      rows.append(
          ("{\"question\":\"What is %d and %d?\",\"choices\":{\"text\":[\"It is %d.\",\"no\",\"a"
                  + " longer answer, number"
                  + " %d\"],\"label\":[\"A\",\"B\",\"C\"]},\"answerKey\":\"%s\"}%n")
              .formatted(i, i, 2 * i, i, "ABC".charAt(i % 3)));
    }
    return Files.writeString(folder.resolve("questions.jsonl"), rows.toString());
  }
}
