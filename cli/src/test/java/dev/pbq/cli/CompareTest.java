package dev.pbq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.core.checkpoint.WeightFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompareTest {
  @TempDir private Path folder;

  @Test
  void oneTableOfAllMethodsAndASecondRunReusesEverything() throws IOException {
    Path out = folder.resolve("out");
    Cli.Result first = compare(out, "rtn:bits=3,rtn:bits=2:groupsize=32");
    assertThat(first.code()).as(first.err()).isZero();
    assertThat(first.out())
        .contains("full precision", "rtn:bits=3", "rtn:bits=2:groupsize=32", "ppl tiny", "KL");

    JsonNode json = new ObjectMapper().readTree(out.resolve("compare.json").toFile());
    JsonNode rows = json.path("rows");
    assertThat(rows).hasSize(3);
    assertThat(rows.get(0).at("/size/stored_bits").asDouble()).isEqualTo(16);
    JsonNode three = rows.get(1);
    assertThat(three.at("/size/paper_bits").asDouble()).isEqualTo(3);
    assertThat(three.at("/size/stored_bits").asDouble()).isBetween(3.0, 3.8);
    assertThat(three.at("/cost/peak_rss_bytes").asLong()).isGreaterThan(30_000_000L);
    double perplexity = three.at("/scores/perplexity/0/perplexity").asDouble();
    assertThat(perplexity)
        .isGreaterThan(rows.get(0).at("/scores/perplexity/0/perplexity").asDouble())
        .isLessThan(rows.get(2).at("/scores/perplexity/0/perplexity").asDouble());
    assertThat(three.at("/scores/distance/kl/mean").asDouble()).isPositive();

    Path packed = out.resolve(three.path("directory").asText());
    Cli.Result alone =
        Cli.run("eval-ppl", packed, "--dataset", "tiny", "--seqlen", 64, "--limit", 4);
    assertThat(alone.out()).contains(String.format("perplexity %.4f", perplexity));

    assertThat(Files.readAllLines(out.resolve("compare.csv"))).hasSize(4);
    assertThat(Files.readString(out.resolve("compare.md"))).contains("| rtn:bits=3 | 3.00 |");
    try (Stream<Path> files = Files.list(out)) {
      assertThat(files).noneMatch(file -> file.toString().endsWith(".logp"));
    }

    // What a killed run leaves is not in the way.
    Files.writeString(out.resolve("reference-0.logp"), "torn");

    FileTime written = Files.getLastModifiedTime(packed.resolve(WeightFiles.PACKED.single()));
    String before = Files.readString(out.resolve("compare.csv"));
    Cli.Result second = compare(out, "rtn:bits=3,rtn:bits=2:groupsize=32");
    assertThat(second.code()).isZero();
    assertThat(Files.getLastModifiedTime(packed.resolve(WeightFiles.PACKED.single())))
        .isEqualTo(written);
    assertThat(Files.readString(out.resolve("compare.csv"))).isEqualTo(before);
    assertThat(out.resolve("reference-0.logp")).doesNotExist();
  }

  @Test
  void tasksAreColumnsAndMeasuredOnce() throws IOException {
    Path questions = folder.resolve("questions.jsonl");
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < 6; i++) {
      rows.append(
          "{\"premise\": \"The lamp is %d.\", \"choice1\": \"It was lit.\", \"choice2\": \"It was not.\", "
                  .formatted(i)
              + "\"question\": \"cause\", \"label\": "
              + i % 2
              + "}\n");
    }
    Files.writeString(questions, rows.toString());
    Path out = folder.resolve("out");
    Cli.Result first = compare(out, "rtn:bits=2", "--tasks", "copa=" + questions);
    assertThat(first.code()).as(first.err()).isZero();
    JsonNode table = new ObjectMapper().readTree(out.resolve("compare.json").toFile()).path("rows");
    Cli.Result alone = Cli.run("eval-tasks", "tiny", "--tasks", "copa=" + questions);
    double acc = table.get(0).at("/scores/tasks/0/value").asDouble(-1);
    assertThat(alone.out()).contains(String.format(java.util.Locale.ROOT, "acc %.4f", acc));
    assertThat(table.get(1).at("/scores/tasks/0/metric").asText()).isEqualTo("acc");
    assertThat(Files.readAllLines(out.resolve("compare.csv")).get(0)).contains("copa_acc");
    String kept = Files.readString(out.resolve("evaluations.json"));
    assertThat(compare(out, "rtn:bits=2", "--tasks", "copa=" + questions).code()).isZero();
    assertThat(out.resolve("evaluations.json")).hasContent(kept);
  }

  @Test
  void aMethodThatFailsDoesNotLoseTheOthers() throws IOException {
    Path out = folder.resolve("out");
    assertThat(compare(out, "rtn:bits=2").code()).isZero();
    Path made;
    try (Stream<Path> list = Files.list(out)) {
      made =
          list.filter(p -> p.getFileName().toString().startsWith("rtn-bits-2-")).findFirst().get();
    }
    // What its name promises is not in it.
    Files.delete(made.resolve("pbq-report.json"));
    Cli.Result result = compare(out, "rtn:bits=2,rtn:bits=4");
    assertThat(result.code()).isEqualTo(3);
    assertThat(result.out()).contains("rtn:bits=2 (failed)", "rtn:bits=4");
    assertThat(result.err()).contains("rtn:bits=2 failed", "pbq-report.json");
    JsonNode rows = new ObjectMapper().readTree(out.resolve("compare.json").toFile()).path("rows");
    assertThat(rows.get(1).path("failure").asText()).contains("pbq-report.json");
    assertThat(rows.get(2).at("/scores/perplexity/0/perplexity").asDouble()).isPositive();
  }

  @Test
  void recipesAreComparedByName() throws IOException {
    Path recipes = Files.createDirectories(folder.resolve("recipes"));
    Files.writeString(recipes.resolve("small.toml"), "method = \"rtn\"\n[settings]\nbits = 2\n");
    Files.writeString(
        recipes.resolve("large.toml"),
        "method = \"rtn\"\nskip = [\"down_proj\"]\n[settings]\nbits = 4\n");
    Path out = folder.resolve("out");
    Cli.Result result =
        Cli.run(
            "compare",
            "tiny",
            "--recipe-dir",
            recipes,
            "--out",
            out,
            "--seqlen",
            64,
            "--limit",
            4,
            "--kl-limit",
            0);
    assertThat(result.code()).as(result.err()).isZero();
    JsonNode rows = new ObjectMapper().readTree(out.resolve("compare.json").toFile()).path("rows");
    assertThat(rows.get(1).path("label").asText()).isEqualTo("large");
    assertThat(rows.get(2).path("label").asText()).isEqualTo("small");
    assertThat(rows.get(1).at("/scores").has("distance")).isFalse();
    assertThat(rows.get(1).at("/scores/perplexity/0/perplexity").asDouble())
        .isLessThan(rows.get(2).at("/scores/perplexity/0/perplexity").asDouble());

    Files.writeString(recipes.resolve("bad.toml"), "method = \"rtn\"\n[settings]\nbitz = 2\n");
    Cli.Result bad = Cli.run("compare", "tiny", "--recipe-dir", recipes, "--out", out);
    assertThat(bad.code()).isEqualTo(2);
    assertThat(bad.err()).contains("bitz").hasLineCount(1);
  }

  @Test
  void unfinishedWorkIsResumedOnlyWhenAskedFor() throws IOException {
    Path out = folder.resolve("out");
    assertThat(compare(out, "rtn:bits=2").code()).isZero();
    Path made;
    try (Stream<Path> list = Files.list(out)) {
      made = list.filter(Files::isDirectory).findFirst().orElseThrow();
    }
    Path partial = made.resolveSibling(made.getFileName() + ".partial");
    Files.move(made, partial);
    Cli.Result refused = compare(out, "rtn:bits=2");
    assertThat(refused.code()).isEqualTo(2);
    assertThat(refused.err()).contains("unfinished work", "--resume").hasLineCount(1);
    assertThat(compare(out, "rtn:bits=2", "--resume").code()).isZero();
    assertThat(made).isDirectory();
    assertThat(partial).doesNotExist();
  }

  @Test
  void existingModelsAndGivenFiguresAreRowsOfTheSamePicture() throws IOException {
    Path packed = folder.resolve("packed");
    assertThat(Cli.run("quantize", "tiny", "--method", "rtn", "--bits", 4, "--out", packed).code())
        .isZero();
    Path foreign =
        Files.writeString(
            folder.resolve("foreign.toml"),
            """
            [[model]]
            path = "packed"
            name = "made before"
            series = "rtn"

            [[given]]
            name = "another tool"
            bits = 1.0
            bytes = 1000
            perplexity = 1.0
            """);
    Path out = folder.resolve("out");
    Cli.Result result = compare(out, "rtn:bits=3,rtn:bits=2", "--recipes", foreign);
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.out()).contains("made before", "another tool (given, not measured here)");

    JsonNode rows = new ObjectMapper().readTree(out.resolve("compare.json").toFile()).path("rows");
    JsonNode existing = rows.get(3);
    assertThat(existing.path("label").asText()).isEqualTo("made before");
    assertThat(existing.path("series").asText()).isEqualTo("rtn");
    JsonNode three = rows.get(1);
    assertThat(existing.at("/size/stored_bits").asDouble())
        .isGreaterThan(three.at("/size/stored_bits").asDouble());
    assertThat(existing.at("/scores/distance/kl/mean").asDouble())
        .isPositive()
        .isLessThan(three.at("/scores/distance/kl/mean").asDouble());
    Cli.Result alone =
        Cli.run("eval-ppl", packed, "--dataset", "tiny", "--seqlen", 64, "--limit", 4);
    double perplexity = existing.at("/scores/perplexity/0/perplexity").asDouble();
    assertThat(alone.out()).contains(String.format("perplexity %.4f", perplexity));

    // Each of the three is smaller than the next and loses more; the given one beats them all.
    for (int row = 1; row <= 3; row++) {
      assertThat(rows.get(row).path("front_kl_bits").asBoolean()).as("row %d", row).isTrue();
    }
    JsonNode given = rows.get(4);
    assertThat(given.at("/given/perplexity").asDouble()).isEqualTo(1);
    assertThat(given.path("front").asBoolean(true)).isFalse();
    assertThat(rows.get(0).path("front").asBoolean(true)).isFalse();
    List<String> csv = Files.readAllLines(out.resolve("compare.csv"));
    assertThat(csv.get(0)).contains("series", "given", "front", "front_kl_file");
    assertThat(csv.get(5)).startsWith("another tool,another tool,true,").contains(",1000,1.0,");
    assertThat(out.resolve("curve-file.svg")).exists();
    assertThat(Files.readString(out.resolve("curve-linears.svg")))
        .contains("<svg", "another tool", "made before", "on the front", "full precision")
        .doesNotContain("<!DOCTYPE");

    Path unnamed =
        Files.writeString(folder.resolve("unnamed.toml"), "[[given]]\nname = \"x\"\nbits = 2\n");
    Cli.Result refused = compare(out, "rtn", "--recipes", unnamed);
    assertThat(refused.code()).isEqualTo(2);
    assertThat(refused.err()).contains("unnamed.toml", "perplexity or kl").hasLineCount(1);
    Cli.Result missing = compare(out, "rtn", "--recipes", folder.resolve("nosuch"));
    assertThat(missing.code()).isEqualTo(3);
    assertThat(missing.err()).contains("nosuch").hasLineCount(1);
  }

  @Test
  void mistakesAreToldBeforeAnyWork() {
    Path out = folder.resolve("out");
    assertThat(compare(out, "rtn,nosuch").err()).contains("there is no method 'nosuch'");
    assertThat(compare(out, "rtn:bitz=3").err()).contains("no option --bitz");
    assertThat(compare(out, "rtn:bits=3,rtn:bits=3").err()).contains("is named twice");
    assertThat(compare(out, "rtn:=3").err()).contains("key=value");
    Cli.Result nothing = Cli.run("compare", "tiny", "--out", out);
    assertThat(nothing.code()).isEqualTo(2);
    assertThat(nothing.err()).contains("--methods");
    assertThat(out).doesNotExist();
  }

  private static Cli.Result compare(Path out, String methods, Object... more) {
    List<Object> args = new ArrayList<>(List.of("compare", "tiny", "--methods", methods));
    args.addAll(List.of("--out", out, "--seqlen", 64, "--limit", 4, "--threads", 1));
    args.addAll(List.of(more));
    return Cli.run(args.toArray());
  }
}
