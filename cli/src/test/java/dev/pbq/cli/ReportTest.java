package dev.pbq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
  @TempDir private Path folder;

  @Test
  void quantizeAndEvalPplWriteAPage() throws IOException {
    Path out = folder.resolve("packed");
    Cli.Result quantized =
        Cli.run(
            "quantize",
            "tiny",
            "--method",
            "gptq",
            "--bits",
            3,
            "--nsamples",
            4,
            "--seqlen",
            64,
            "--out",
            out,
            "--report",
            folder.resolve("a"));
    assertThat(quantized.code()).as(quantized.err()).isZero();
    assertThat(Files.readString(folder.resolve("a/report.html")))
        .contains(
            "tiny, quantized by gptq",
            "Relative error of every linear",
            "down_proj",
            "What the bits are spent on",
            "damping used",
            "Time of each block",
            "--bits 3",
            "PyTorch 2.",
            "seed 0")
        .doesNotContain("${");

    Cli.Result measured =
        Cli.run(
            "eval-ppl", out, "--dataset", "tiny", "--limit", 2, "--report", folder.resolve("b/c"));
    assertThat(measured.code()).as(measured.err()).isZero();
    assertThat(Files.readString(folder.resolve("b/c/report.html")))
        .contains("Perplexity of", "Relative error of every linear", "2 windows of 256 tokens");
  }

  @Test
  void compareWritesAPageOfAllMethods() throws IOException {
    Cli.Result result =
        Cli.run(
            "compare",
            "tiny",
            "--methods",
            "rtn:bits=2,hqq:bits=4",
            "--out",
            folder.resolve("o"),
            "--limit",
            2,
            "--report",
            folder.resolve("page"));
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(Files.readString(folder.resolve("page/report.html")))
        .contains(
            "Quantizations of tiny",
            "Perplexity against stored bits",
            "Distance against stored bits",
            "rtn:bits=2: layer by layer",
            "hqq:bits=4: layer by layer",
            "full precision");
  }

  @Test
  void aPlaceThatCannotBeWrittenIsToldBeforeTheWork() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    Cli.Result result =
        Cli.run(
            "quantize", "tiny", "--method", "rtn", "--out", folder.resolve("q"), "--report", file);
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("--report").hasLineCount(1);
    assertThat(folder.resolve("q")).doesNotExist();
  }
}
