package dev.pbq.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Searches on the built-in model, from the command line. */
class SearchTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<Object> WINDOWS = List.of("--seqlen", 64, "--limit", 2);

  @TempDir private Path folder;

  @Test
  void aSearchThatCannotBeginLeavesNoFolder() {
    Path out = folder.resolve("study");
    Cli.Result result = Cli.run("search", "tiny", "--trials", 2, "--seqlen", 99999, "--out", out);
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err().lines()).singleElement().asString().contains("--seqlen 99999");
    assertThat(out).doesNotExist();
  }

  @Test
  void aSearchLeavesAFrontAndARecipeThatPacksItsBest() throws IOException {
    Path out = folder.resolve("study");
    Cli.Result result = search(out, "--trials", 9, "--max-bits", 4.5);
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.out()).contains("float32", "W3A3", "best", "density");

    List<JsonNode> trials = trials(out);
    assertThat(trials).hasSize(9);
    List<String> csv = Files.readAllLines(out.resolve("pareto.csv"));
    assertThat(csv.get(0))
        .startsWith("trial,perplexity,memory_density,average_bits,average_bits_own_widths,root:");
    assertThat(csv).hasSizeGreaterThan(2);
    for (String line : csv.subList(1, csv.size())) {
      String[] cells = line.split(",", -1);
      JsonNode trial = trials.get(Integer.parseInt(cells[0]));
      assertThat(trials)
          .as("nothing dominates trial " + cells[0])
          .noneMatch(
              t ->
                  t.path("value").asDouble() < trial.path("value").asDouble()
                      && t.path("density").asDouble() >= trial.path("density").asDouble());
      assertThat(out.resolve("front/trial-" + cells[0] + ".toml")).exists();
    }
    assertThat(Files.readString(out.resolve("pareto.svg"))).contains("<svg", "W4A4", "</svg>");
    assertThat(Files.readAllBytes(out.resolve("pareto.png"))).startsWith(0x89, 'P', 'N', 'G');

    double best = best(out);
    assertThat(evaluate("tiny", "--act-format", out.resolve("best.toml")))
        .isCloseTo(best, within(1e-10));
    Path packed = folder.resolve("packed");
    Cli.Result quantized =
        Cli.run("quantize", "tiny", "--recipe", out.resolve("best-recipe.toml"), "--out", packed);
    assertThat(quantized.code()).as(quantized.err()).isZero();
    assertThat(evaluate(packed.toString()))
        .as("packed weights are what the trial's were rounded to")
        .isCloseTo(best, within(1e-10));
  }

  @Test
  void qualityMayBeTheAccuracyOfTasks() throws IOException {
    Path questions = folder.resolve("questions.jsonl");
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < 5; i++) {
      rows.append(
          "{\"premise\": \"It is %d.\", \"choice1\": \"It was.\", \"choice2\": \"He is.\","
                  .formatted(i)
              + " \"question\": \"effect\", \"label\": "
              + i % 2
              + "}\n");
    }
    Files.writeString(questions, rows.toString());
    Path out = folder.resolve("study");
    String task = "copa=" + questions;
    Cli.Result result =
        Cli.run(
            "search", "tiny", "--objective", "task", "--tasks", task, "--trials", 2, "--out", out);
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.out()).contains("accuracy");
    Cli.Result alone =
        Cli.run("eval-tasks", "tiny", "--tasks", task, "--act-format", out.resolve("best.toml"));
    assertThat(alone.out()).contains(String.format(Locale.ROOT, "acc %.4f", best(out)));

    Cli.Result without = Cli.run("search", "tiny", "--objective", "task");
    assertThat(without.code()).isEqualTo(2);
    assertThat(without.err()).contains("--objective task and --tasks need each other");
  }

  /** The perplexity that the best configuration's first line tells. */
  private double best(Path out) throws IOException {
    String first = Files.readAllLines(out.resolve("best.toml")).get(0);
    int number = Integer.parseInt(first.replaceAll("^# Trial (\\d+):.*", "$1"));
    assertThat(first).contains("bits");
    return trials(out).get(number).path("value").asDouble();
  }

  @ParameterizedTest
  @ValueSource(strings = {"tpe", "nsga2", "nsga3", "random", "qmc"})
  void aStudyThatWasCutOffGoesOnAsIfItHadNotBeen(String sampler) throws IOException {
    Object[] options = {"--sampler", sampler, "--population", 4, "--no-seed-uniform"};
    Path whole = folder.resolve("whole");
    assertThat(search(whole, with(options, "--trials", 14)).code()).isZero();

    Path cut = folder.resolve("cut");
    assertThat(search(cut, with(options, "--trials", 14)).code()).isZero();
    Path file = cut.resolve("study.jsonl");
    List<String> lines = Files.readAllLines(file);
    // A header, 7 for comparison, 12 trials, and half a line.
    String torn = lines.get(20).substring(0, 25);
    Files.writeString(file, String.join("\n", lines.subList(0, 20)) + "\n" + torn);
    Cli.Result again = search(cut, with(options, "--trials", 14, "--resume"));
    assertThat(again.code()).as(again.err()).isZero();
    assertThat(again.err()).contains("trial 13/14").doesNotContain("trial 12/14");
    assertThat(results(cut)).isEqualTo(results(whole));
    assertThat(Files.readString(cut.resolve("pareto.csv")))
        .isEqualTo(Files.readString(whole.resolve("pareto.csv")));
  }

  @Test
  void aStudyOfSomethingElseIsNotContinued() throws IOException {
    Path out = folder.resolve("study");
    assertThat(search(out, "--trials", 1).code()).isZero();
    byte[] before = Files.readAllBytes(out.resolve("study.jsonl"));

    Cli.Result again = search(out, "--trials", 1);
    assertThat(again.code()).isEqualTo(2);
    assertThat(again.err()).contains("--resume", "--force");

    Cli.Result other = search(out, "--trials", 2, "--resume", "--seed", 7);
    assertThat(other.code()).isEqualTo(2);
    assertThat(other.err()).contains("seed (0 then, 7 now)").doesNotContain("sampler");
    assertThat(search(out, "--trials", 2, "--resume", "--space", "llama-7b").err())
        .contains("space");
    assertThat(Files.readAllBytes(out.resolve("study.jsonl"))).isEqualTo(before);

    Files.writeString(out.resolve("study.jsonl"), "{}\n");
    assertThat(search(out, "--trials", 2, "--resume").code()).isEqualTo(4);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--sampler annealing | 2 | tpe",
        "--trials 0 | 2 | --trials",
        "--population 7 | 2 | even",
        "--objective beauty | 2 | --objective beauty",
        "--limit 0 | 2 | --limit",
        "--space nowhere.toml | 3 | per-operation",
        "--seqlen 100000 | 2 | --seqlen",
      })
  void mistakesAreOneLine(String options, int code, String message) {
    Path out = folder.resolve("study");
    Cli.Result result = search(out, (Object[]) options.split(" ", -1));
    assertThat(result.code()).isEqualTo(code);
    assertThat(result.err()).contains(message).doesNotContain("\tat ");
    assertThat(out.resolve("study.jsonl")).doesNotExist();
  }

  private static Object[] with(Object[] options, Object... more) {
    List<Object> all = new ArrayList<>(List.of(options));
    all.addAll(List.of(more));
    return all.toArray();
  }

  private static Cli.Result search(Path out, Object... options) {
    List<Object> args = new ArrayList<>(List.of("search", "tiny", "--out", out));
    args.addAll(WINDOWS);
    args.addAll(List.of(options));
    return Cli.run(args.toArray());
  }

  private static List<JsonNode> trials(Path out) throws IOException {
    List<JsonNode> trials = new ArrayList<>();
    for (String line : Files.readAllLines(out.resolve("study.jsonl"))) {
      JsonNode node = JSON.readTree(line);
      if (node.has("trial")) {
        trials.add(node);
      }
    }
    return trials;
  }

  /** Trials without what differs between runs. */
  private static List<String> results(Path out) throws IOException {
    return trials(out).stream()
        .map(t -> t.path("choices") + " " + t.path("value") + " " + t.path("density"))
        .toList();
  }

  private double evaluate(String model, Object... options) throws IOException {
    Path json = folder.resolve("r.json");
    List<Object> args =
        new ArrayList<>(List.of("eval-ppl", model, "--dataset", "tiny", "--json", json));
    args.addAll(WINDOWS);
    args.addAll(List.of(options));
    Cli.Result result = Cli.run(args.toArray());
    assertThat(result.code()).as(result.err()).isZero();
    return JSON.readTree(json.toFile()).path("results").get(0).path("perplexity").asDouble();
  }
}
