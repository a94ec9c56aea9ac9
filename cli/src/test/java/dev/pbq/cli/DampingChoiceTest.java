package dev.pbq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.core.checkpoint.WeightFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The damping of gptq's preset best, chosen for each layer on held-out windows. */
class DampingChoiceTest {
  private static final String BEST = "--method gptq --bits 3 --groupsize 32 --preset best";

  @TempDir private Path folder;

  private Path quantize(String name, String words, int threads) {
    Path out = folder.resolve(name);
    List<Object> args = new ArrayList<>(List.of("quantize", "tiny", "--out", out));
    args.addAll(List.of("--calib", "tiny", "--seqlen", 64, "--threads", threads));
    args.addAll(List.of((Object[]) words.split(" ")));
    Cli.Result result = Cli.run(args.toArray());
    assertThat(result.code()).as(result.err()).isZero();
    return out;
  }

  private static Set<Double> dampings(Path out) throws IOException {
    Set<Double> found = new TreeSet<>();
    JsonNode report = new ObjectMapper().readTree(out.resolve("pbq-report.json").toFile());
    for (JsonNode linear : report.path("linears")) {
      found.add(linear.at("/diagnostics/damping").asDouble());
    }
    return found;
  }

  @Test
  void eachLayerHasItsOwnAndTheReportTells() throws IOException {
    Path one = quantize("one", BEST + " --nsamples 9", 1);
    assertThat(dampings(one)).hasSizeGreaterThan(1).isSubsetOf(0.003, 0.01, 0.03, 0.1);
    Path three = quantize("three", BEST + " --nsamples 9", 3);
    assertThat(three.resolve(WeightFiles.PACKED.single()))
        .hasSameBinaryContentAs(one.resolve(WeightFiles.PACKED.single()));
    Path sequential = quantize("sequential", BEST + " --nsamples 9 --targets quantized", 1);
    assertThat(dampings(sequential)).hasSizeGreaterThan(1).isSubsetOf(0.003, 0.01, 0.03, 0.1);
  }

  @Test
  void whatIsGivenStands() throws IOException {
    assertThat(dampings(quantize("given", BEST + " --nsamples 3 --percdamp 0.05", 1)))
        .containsExactly(0.05);
    assertThat(dampings(quantize("fixed", BEST + " --nsamples 3 --damping-choice fixed", 1)))
        .containsExactly(0.01);
    String published = "--method gptq --bits 3 --nsamples 3";
    assertThat(dampings(quantize("published", published, 1))).containsExactly(0.01);
  }

  @Test
  void aSingleWindowLeavesNothingToJudgeBy() throws IOException {
    assertThat(dampings(quantize("single", BEST + " --nsamples 1", 1))).containsExactly(0.01);
  }
}
