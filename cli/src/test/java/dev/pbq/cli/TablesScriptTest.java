package dev.pbq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pbq.tiny.TinyModel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The scripts that make tables, end to end on the built-in model. One of them starts a process for
 * each command, as it does for a user; the commands of the others run in this one.
 */
class TablesScriptTest {
  private static final String TRAINING =
      "--dataset tiny --steps 2 --batch 2 --accumulate 1 --seqlen 32 --held-out 2";

  /** The beginning of a row: name, bits, perplexity. */
  private static final String TRAINED = "\\| [^|]+(\\| [0-9.]+ ){2}";

  @TempDir private Path folder;

  @Test
  void tableThreeOfTinyIsMadeAndNotMadeTwice() throws IOException, InterruptedException {
    String[] options = {"--calib", "tiny", "--nsamples", "4", "--tables", "3"};
    run("pb-llm-tables.sh", options);
    Path table = folder.resolve("results/tiny/table3.md");
    assertThat(rows(table))
        .hasSize(7)
        .allSatisfy(row -> assertThat(row).matches("\\| [^|]+(\\| [0-9.]+ ){3}\\| - \\|"));

    Path report = folder.resolve("results/tiny/gptq-hessian-0.9/pbq-report.json");
    FileTime made = Files.getLastModifiedTime(report);
    String first = Files.readString(table);
    run("pb-llm-tables.sh", options);
    assertThat(Files.getLastModifiedTime(report)).as("reused").isEqualTo(made);
    assertThat(table).hasContent(first);
  }

  @Test
  void tablesOfArbAreMadeOfTiny() throws IOException, InterruptedException {
    run("arb-tables.sh", "--calib", "tiny", "--nsamples", "4", "--tables", "main,6");
    Path dir = folder.resolve("results/tiny");
    assertThat(rows(dir.resolve("main.md")))
        .hasSize(12)
        .allSatisfy(row -> assertThat(row).matches("\\| [^|]+(\\| [0-9.]+ ){3}\\| - \\| - \\|"));
    assertThat(rows(dir.resolve("table6.md")))
        .hasSize(8)
        .allSatisfy(row -> assertThat(row).endsWith("| - |"));
  }

  @Test
  void tableOfHqqIsMadeOfTinyAndNotMadeTwice() throws IOException, InterruptedException {
    String[] options = {"--protocol", "gptq", "--only", "hqq-2-g8-axis0,hqq-1-g8-coded"};
    Path pbq = ownProcesses();
    start(0, pbq, command("hqq-tables.sh", options));
    Path table = folder.resolve("results/tiny/blog.md");
    List<String> rows = rows(table);
    assertThat(rows).hasSize(3);
    assertThat(rows.get(0))
        .matches(
            "\\| full precision \\(fp16\\) \\| 16 \\| 0.0013 \\| - \\| - \\| [0-9.]+ \\| - \\|");
    assertThat(rows.subList(1, 3))
        .allSatisfy(
            row ->
                assertThat(row)
                    .matches("\\| HQQ [^|]+(\\| [0-9.]+ ){3}\\| - \\| [0-9.]+ \\| - \\|"))
        .noneMatch(row -> row.contains("HQQ+") || row.contains("QuIP"));

    Path report = folder.resolve("results/tiny/hqq-1-g8-coded/pbq-report.json");
    FileTime made = Files.getLastModifiedTime(report);
    String first = Files.readString(table);
    start(0, pbq, command("hqq-tables.sh", options));
    assertThat(Files.getLastModifiedTime(report)).as("reused").isEqualTo(made);
    assertThat(table).hasContent(first);
  }

  @Test
  void curveOfTinyIsDrawnAndNotMeasuredTwice() throws IOException, InterruptedException {
    String[] options = {"--calib", "tiny", "--nsamples", "4", "--only", "rtn-2,rtn-3"};
    run("curve.sh", options);
    Path dir = folder.resolve("results/tiny");
    assertThat(dir.resolve("curve.md"))
        .content()
        .contains("| full precision |", "| rtn-2 |", "| rtn-3 |", "ppl KL")
        .doesNotContain(folder.toString());
    assertThat(dir.resolve("curve-linears.svg")).content().contains("rtn-2", "on the front");
    FileTime measured = Files.getLastModifiedTime(dir.resolve("evaluations.json"));
    String first = Files.readString(dir.resolve("curve.md"));
    run("curve.sh", options);
    assertThat(Files.getLastModifiedTime(dir.resolve("evaluations.json"))).isEqualTo(measured);
    assertThat(dir.resolve("curve.md")).hasContent(first);
  }

  @Test
  void formatsOfTinyAreMeasuredAndNotMeasuredTwice() throws IOException, InterruptedException {
    Path area = Files.writeString(folder.resolve("area.txt"), "int-w8a8 7\nbfp-w6a6 19.2\n");
    String[] options = {"--only", "bfp-w6a6,bfp-4", "--area", area.toString()};
    run("block-formats-tables.sh", options);
    Path table = folder.resolve("results/tiny/formats.md");
    List<String> rows = rows(table);
    assertThat(rows).hasSize(2);
    assertThat(rows.get(0))
        .matches("\\| full precision \\| 1.000x \\| 32 \\| 1x \\| [0-9.]+ \\| n/a .*");
    assertThat(rows.get(1))
        .matches(
            "\\| bfp-w6a6 \\| 4.923x \\| 6.500 \\| 19.2x \\| [0-9.]+"
                + " \\| n/a \\(paper table not at hand\\) \\|");
    Path weights = folder.resolve("results/tiny/weights.md");
    assertThat(Files.readAllLines(weights).stream().filter(l -> l.startsWith("| bfp-4")))
        .singleElement()
        .asString()
        .matches("\\| bfp-4 \\| 4.500 \\| [0-9.]+ \\|");

    FileTime made = Files.getLastModifiedTime(folder.resolve("results/tiny/bfp-4.ppl.json"));
    String first = Files.readString(table);
    run("block-formats-tables.sh", options);
    assertThat(Files.getLastModifiedTime(folder.resolve("results/tiny/bfp-4.ppl.json")))
        .as("reused")
        .isEqualTo(made);
    assertThat(table).hasContent(first);
  }

  @Test
  void tablesOfTrainingsAreMadeOfTinyAndNotMadeTwice() throws IOException, InterruptedException {
    String[] options = {
      "--only", "pb-llm-0.1,xnor", "--data-dir", tasks().toString(), "--train", TRAINING
    };
    run("qat-tables.sh", options);
    Path dir = folder.resolve("results/tiny");
    assertThat(rows(dir.resolve("table2.md")))
        .hasSize(2)
        .allSatisfy(row -> assertThat(row).matches(TRAINED + "(\\| [0-9.]+ \\| - ){8}\\|"));
    assertThat(rows(dir.resolve("table4.md"))).hasSize(3).last().asString().contains("PB-LLM, 10");

    FileTime made = Files.getLastModifiedTime(dir.resolve("xnor/pbq-report.json"));
    String first = Files.readString(dir.resolve("table4.md"));
    run("qat-tables.sh", options);
    assertThat(Files.getLastModifiedTime(dir.resolve("xnor/pbq-report.json"))).isEqualTo(made);
    assertThat(dir.resolve("table4.md")).hasContent(first);
  }

  @Test
  void tableOfOneBitIsMadeOfTiny() throws IOException, InterruptedException {
    run("onebit-tables.sh", "--data-dir", tasks().toString(), "--train", TRAINING);
    assertThat(rows(folder.resolve("results/tiny/onebit.md")))
        .hasSize(2)
        .allSatisfy(
            row -> assertThat(row).matches("\\| [^|]+(\\| [0-9.]+ ){2}(\\| [0-9.]+ \\| - ){8}\\|"));
  }

  /** A folder with two questions of each task. */
  private Path tasks() throws IOException {
    Path data = Files.createDirectories(folder.resolve("data"));
    String question =
        "'question':'is it','passage':'so','goal':'go','sol1':'no','sol2':'yes','query':'a',"
            + "'endings':['b','c'],'sentence':'it is _ .','option1':'no','option2':'yes',"
            + "'question_stem':'it is','choices':['no','yes']";
    for (String task :
        List.of(
            "boolq.validation",
            "piqa.validation",
            "hellaswag.validation",
            "winogrande.validation",
            "arc_easy.test",
            "arc_challenge.test",
            "openbookqa.test")) {
      String row = "{" + question + ",'label':%d,'gold':%d,'answer':%s}%n";
      String answer = task.startsWith("winogrande") ? "'1'" : "true";
      Files.writeString(
          data.resolve(task + ".jsonl"), row.formatted(0, 0, answer).replace('\'', '"').repeat(2));
    }
    return data;
  }

  @Test
  void pageOfAllPapersMarksTheBandAndIsNotMeasuredTwice() throws IOException, InterruptedException {
    // The name under which figures were published, so that there is something to compare with.
    Path model = folder.resolve("llama-2-7b");
    Files.createDirectory(model);
    try (Stream<Path> files = Files.list(TinyModel.unpack(TinyModel.defaultCacheDir()))) {
      for (Path file : files.toList()) {
        Files.copy(file, model.resolve(file.getFileName()));
      }
    }
    Path pages = folder.resolve("pages");
    String first = reproduce(0, "hqq-blog", model, "--band", "5");
    assertThat(first).contains("llama-2-7b: hqq-blog ...");
    Path page = pages.resolve("llama-2-7b.md");
    assertThat(page)
        .content()
        .contains("--only hqq-blog --rows hqq-2-g8-axis0", "| seed | 0 |", "models/llama-2-7b")
        .doesNotContain(folder.toString())
        .containsPattern(
            "\\| HQQ 2 bit[^|]+\\| 6.000 \\| tiny \\| hf-stride, 4 windows of 64 tokens every 32"
                + " \\| n/a \\| [0-9.]+ \\| n/a \\| n/a \\|")
        .containsPattern("\\| 2.6 \\| 0.000[0-9] \\| -99.99 % \\| \\S+ outside \\|");

    assertThat(reproduce(0, "hqq-blog", model, "--band", "100"))
        .as("only the page is written again")
        .doesNotContain("...");
    assertThat(page)
        .content()
        .containsPattern("\\| 2.6 \\| 0.000[0-9] \\| -99.99 % \\| \\S+ inside \\|");
  }

  @Test
  void mistakesInACallOfAllPapersAreOneLine() throws IOException, InterruptedException {
    assertThat(reproduce(3, "hqq-blog", folder.resolve("none")))
        .hasLineCount(1)
        .contains("there is no model folder");
    assertThat(reproduce(2, "hqq-blog,table-9", Path.of("tiny")))
        .hasLineCount(1)
        .contains("--only table-9: no such part");
    assertThat(folder.resolve("pages/none.md")).doesNotExist();
  }

  private String reproduce(int expected, String parts, Path model, String... options)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(List.of("bash", "../scripts/reproduce-all.sh", "--only", parts));
    command.addAll(List.of("--rows", "hqq-2-g8-axis0", "--eval", "tiny"));
    command.addAll(List.of("--seqlen", "64", "--limit", "4"));
    command.addAll(List.of("--work", folder.resolve("work").toString()));
    command.addAll(List.of("--pages", folder.resolve("pages").toString()));
    command.addAll(List.of(options));
    command.add(model.toString());
    return start(expected, command);
  }

  private static List<String> rows(Path table) throws IOException {
    return Files.readAllLines(table).stream().filter(l -> l.startsWith("| ")).skip(2).toList();
  }

  private void run(String script, String... options) throws IOException, InterruptedException {
    start(0, command(script, options));
  }

  private List<String> command(String script, String... options) {
    List<String> command = new ArrayList<>(List.of("bash", "../scripts/" + script));
    command.addAll(List.of("--out", folder.resolve("results").toString(), "--eval", "tiny"));
    command.addAll(List.of("--seqlen", "64", "--limit", "4"));
    command.addAll(List.of(options));
    command.add("tiny");
    return command;
  }

  /** Runs a command with the program of this build; what it says, errors included. */
  private String start(int expected, List<String> command)
      throws IOException, InterruptedException {
    try (ScriptServer server = new ScriptServer(Files.createTempDirectory(folder, "server"))) {
      return start(expected, server.program(), command);
    }
  }

  private static String start(int expected, Path pbq, List<String> command)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("PBQ", pbq.toString());
    Process process = builder.redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isEqualTo(expected);
    return output;
  }

  /** A program each of whose commands is a process, as a user's is. */
  private Path ownProcesses() throws IOException {
    String words =
        OwnProcess.command().stream().map(w -> "'" + w + "'").collect(Collectors.joining(" "));
    Path pbq =
        Files.createFile(
            folder.resolve("pbq"),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    return Files.writeString(pbq, "#!/bin/sh\nexec " + words + " \"$@\"\n");
  }
}
