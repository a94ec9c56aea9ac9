package dev.pbq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.core.checkpoint.WeightFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code pbq quantize --targets quantized} as a user meets it. */
class QuantizedTargetsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  private static Cli.Result run(Path out, String words, Object... more) {
    List<Object> args = new ArrayList<>(List.of("quantize", "tiny", "--out", out));
    args.addAll(List.of("--nsamples", 16, "--seqlen", 64, "--threads", 1));
    args.addAll(List.of(words.split(" ")));
    args.addAll(List.of(more));
    return Cli.run(args.toArray());
  }

  private static JsonNode report(Path out) throws IOException {
    return JSON.readTree(out.resolve("pbq-report.json").toFile());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gptq --bits 2",
        "gptq --bits 2 --act-order",
        "xnor --low-frac 0.9",
        "arb-rc --blocksize 32",
        "billm"
      })
  void everyCalibratedMethodTakesThem(String method) throws IOException {
    Path plain = folder.resolve("plain");
    Path out = folder.resolve("targets");
    assertThat(run(plain, "--true-sequential --method " + method).code()).isZero();
    Cli.Result result = run(out, "--targets quantized --method " + method);
    assertThat(result.code()).as(result.err()).isZero();

    int moved = 0;
    for (JsonNode linear : report(out).get("linears")) {
      double blend = linear.get("diagnostics").get("targetBlend").doubleValue();
      double shift = linear.get("diagnostics").get("targetShift").doubleValue();
      assertThat(blend).isIn(0.0, 0.25, 0.5, 1.0);
      assertThat(shift == 0).as(linear.toString()).isEqualTo(blend == 1);
      moved += blend < 1 ? 1 : 0;
    }
    assertThat(moved).isPositive();
    assertThat(report(out).get("settings").get("targets").textValue()).isEqualTo("quantized");
    assertThat(report(plain).get("settings").has("targets")).isFalse();
    assertThat(Files.readString(out.resolve("pbq-recipe.toml")))
        .contains("targets = \"quantized\"");
    assertThat(Cli.perplexity(out)).isLessThan(1.2 * Cli.perplexity(plain));
  }

  @Test
  void aRecipeRepeatsTheBytesAndAnOptionWinsOverIt() throws IOException {
    Path first = folder.resolve("first");
    Path second = folder.resolve("second");
    Path third = folder.resolve("third");
    assertThat(run(first, "--method gptq --bits 2 --targets quantized").code()).isZero();
    Path recipe = first.resolve("pbq-recipe.toml");
    assertThat(
            Cli.run("quantize", "tiny", "--recipe", recipe, "--threads", 1, "--out", second).code())
        .isZero();
    assertThat(second.resolve(WeightFiles.PACKED.single()))
        .hasSameBinaryContentAs(first.resolve(WeightFiles.PACKED.single()));
    assertThat(
            Cli.run(
                    "quantize",
                    "tiny",
                    "--recipe",
                    recipe,
                    "--targets",
                    "original",
                    "--threads",
                    1,
                    "--out",
                    third)
                .code())
        .isZero();
    assertThat(report(third).get("settings").has("targets")).isFalse();
  }

  @Test
  void aDryRunSaysWhatTheSecondStreamTakes() {
    Cli.Result dry = run(folder.resolve("no"), "--method gptq --targets quantized --dry-run");
    assertThat(dry.code()).as(dry.err()).isZero();
    assertThat(dry.out()).contains("targets  ", "two streams", "of the memory", "of the time");
    assertThat(run(folder.resolve("no"), "--method gptq --dry-run").out())
        .doesNotContain("two streams");
  }

  @Test
  void mistakesAreToldInOneLine() throws IOException {
    Path out = folder.resolve("no");
    refused(run(out, "--method rtn --targets quantized"), "--targets", "rtn", "calibrated");
    refused(run(out, "--method gptq --targets quantized --blockwise"), "--targets", "--blockwise");
    refused(
        Cli.run(
            "quantize",
            "tiny",
            "--method",
            "gptq",
            "--targets",
            "quantized",
            "--nsamples",
            1,
            "--out",
            out),
        "--targets",
        "at least 2",
        "--nsamples is 1");
    Path recipe = folder.resolve("wrong.toml");
    Files.writeString(recipe, "method = \"gptq\"\ntargets = \"both\"\n");
    refused(
        Cli.run("quantize", "tiny", "--recipe", recipe, "--out", out),
        "wrong.toml",
        "targets is both",
        "original or quantized");
    assertThat(out).doesNotExist();
  }

  private static void refused(Cli.Result result, String... words) {
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err().lines()).hasSize(1);
    assertThat(result.err()).contains(words);
  }
}
