package dev.pbq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.core.checkpoint.WeightFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code pbq quantize --blockwise} as a user meets it. */
class BlockwiseTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  private static Cli.Result run(Path out, String... words) {
    List<Object> args = new ArrayList<>(List.of("quantize", "tiny", "--out", out));
    args.addAll(List.of("--nsamples", 16, "--seqlen", 64, "--threads", 1));
    args.addAll(List.of(words));
    return Cli.run(args.toArray());
  }

  private static JsonNode report(Path out) throws IOException {
    return JSON.readTree(out.resolve("pbq-report.json").toFile());
  }

  @ParameterizedTest
  @ValueSource(strings = {"gptq --bits 2", "xnor --low-frac 0.9", "arb-rc --blocksize 32", "billm"})
  void whatIsLeftOfABlockComesCloserToTheOriginal(String method) throws IOException {
    Path plain = folder.resolve("plain");
    Path out = folder.resolve("blockwise");
    String[] words = ("--method " + method).split(" ");
    String[] blockwise =
        ("--blockwise --blockwise-epochs 2 --blockwise-lr 2e-4 --method " + method).split(" ");
    assertThat(run(plain, words).code()).isZero();
    Cli.Result result = run(out, blockwise);
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.out()).contains("block-wise ");

    JsonNode steps = report(out).get("corrections");
    assertThat(steps).hasSizeGreaterThan(4);
    int fell = 0;
    for (JsonNode step : steps) {
      double before = step.get("errorBefore").doubleValue();
      double after = step.get("error").doubleValue();
      boolean last = step.get("after").textValue().endsWith("down");
      assertThat(after).as(step.toString()).isPositive().isLessThanOrEqualTo(before);
      assertThat(after == before).as(step.toString()).isEqualTo(last);
      fell += after < before ? 1 : 0;
    }
    assertThat(fell).isEqualTo(steps.size() * 3 / 4);
    assertThat(report(plain).has("corrections")).isFalse();
    JsonNode settings = report(out).get("settings");
    assertThat(settings.get("blockwise").booleanValue()).isTrue();
    assertThat(settings.get("blockwiseEpochs").intValue()).isEqualTo(2);
    assertThat(settings.get("blockwiseLr").doubleValue()).isEqualTo(2e-4);
    // With so few tokens the errors on them fall, and the perplexity of other texts need not.
    assertThat(Cli.perplexity(out)).isLessThan(1.2 * Cli.perplexity(plain));
  }

  @Test
  void aRecipeRepeatsTheBytes() {
    Path first = folder.resolve("first");
    Path second = folder.resolve("second");
    String[] given = {"--method", "gptq", "--bits", "2", "--blockwise", "--blockwise-epochs", "1"};
    assertThat(run(first, given).code()).isZero();
    Cli.Result again =
        Cli.run(
            "quantize",
            "tiny",
            "--recipe",
            first.resolve("pbq-recipe.toml"),
            "--threads",
            1,
            "--out",
            second);
    assertThat(again.code()).as(again.err()).isZero();
    assertThat(second.resolve(WeightFiles.PACKED.single()))
        .hasSameBinaryContentAs(first.resolve(WeightFiles.PACKED.single()));
    assertThat(second.resolve("config.json")).hasSameBinaryContentAs(first.resolve("config.json"));
  }

  @Test
  void aDryRunSaysThatItTrainsAndWhatThatTakes() {
    Cli.Result dry = run(folder.resolve("no"), "--method", "gptq", "--blockwise", "--dry-run");
    assertThat(dry.code()).as(dry.err()).isZero();
    assertThat(dry.out()).contains("block-wise ", "4 epochs at 1.0E-4", "takes about");
  }

  @Test
  void mistakesAreToldInOneLine() {
    Path out = folder.resolve("no");
    Cli.Result dataFree = run(out, "--method", "rtn", "--blockwise");
    assertThat(dataFree.code()).isEqualTo(2);
    assertThat(dataFree.err().lines()).hasSize(1);
    assertThat(dataFree.err()).contains("--blockwise", "rtn", "takes none");
    Cli.Result alone = run(out, "--method", "gptq", "--blockwise-epochs", "2");
    assertThat(alone.code()).isEqualTo(2);
    assertThat(alone.err()).contains("of no use without --blockwise");
    Cli.Result rate = run(out, "--method", "gptq", "--blockwise", "--blockwise-lr", "0");
    assertThat(rate.code()).isEqualTo(2);
    assertThat(rate.err()).contains("--blockwise-lr is 0.0, but must be above 0");
    Cli.Result epochs = run(out, "--method", "gptq", "--blockwise", "--blockwise-epochs", "0");
    assertThat(epochs.code()).isEqualTo(2);
    assertThat(epochs.err()).contains("--blockwise-epochs is 0, but must be at least 1");
    assertThat(out).doesNotExist();
  }
}
