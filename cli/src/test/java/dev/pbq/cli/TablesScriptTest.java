package dev.pbq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The scripts that reproduce the papers' tables, end to end on the built-in model. */
class TablesScriptTest {
  @TempDir private Path folder;

  @Test
  void tableThreeOfTinyIsMadeAndNotMadeTwice() throws IOException, InterruptedException {
    run("pb-llm-tables.sh", "3");
    Path table = folder.resolve("results/tiny/table3.md");
    assertThat(rows(table))
        .hasSize(7)
        .allSatisfy(row -> assertThat(row).matches("\\| [^|]+(\\| [0-9.]+ ){3}\\| - \\|"));

    Path report = folder.resolve("results/tiny/gptq-hessian-0.9/pbq-report.json");
    FileTime made = Files.getLastModifiedTime(report);
    String first = Files.readString(table);
    run("pb-llm-tables.sh", "3");
    assertThat(Files.getLastModifiedTime(report)).as("reused").isEqualTo(made);
    assertThat(table).hasContent(first);
  }

  @Test
  void tablesOfArbAreMadeOfTiny() throws IOException, InterruptedException {
    run("arb-tables.sh", "main,6");
    Path dir = folder.resolve("results/tiny");
    assertThat(rows(dir.resolve("main.md")))
        .hasSize(12)
        .allSatisfy(row -> assertThat(row).matches("\\| [^|]+(\\| [0-9.]+ ){3}\\| - \\| - \\|"));
    assertThat(rows(dir.resolve("table6.md")))
        .hasSize(8)
        .allSatisfy(row -> assertThat(row).endsWith("| - |"));
  }

  private static List<String> rows(Path table) throws IOException {
    return Files.readAllLines(table).stream().filter(l -> l.startsWith("| ")).skip(2).toList();
  }

  private void run(String script, String tables) throws IOException, InterruptedException {
    Path pbq = folder.resolve("pbq");
    if (!Files.exists(pbq)) {
      Files.createFile(
          pbq, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
      Files.writeString(
          pbq,
          "#!/bin/sh\nexec '%s' -cp '%s' dev.pbq.cli.Main \"$@\"\n"
              .formatted(
                  Path.of(System.getProperty("java.home"), "bin", "java"),
                  System.getProperty("java.class.path")));
    }
    ProcessBuilder builder =
        new ProcessBuilder(
            "bash",
            Path.of("..", "scripts", script).toString(),
            "--out",
            folder.resolve("results").toString(),
            "--calib",
            "tiny",
            "--eval",
            "tiny",
            "--nsamples",
            "4",
            "--seqlen",
            "64",
            "--limit",
            "4",
            "--tables",
            tables,
            "tiny");
    builder.environment().put("PBQ", pbq.toString());
    Process process = builder.redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
  }
}
