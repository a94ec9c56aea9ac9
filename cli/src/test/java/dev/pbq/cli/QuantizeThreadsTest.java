package dev.pbq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same bytes for any number of threads, for methods of every kind. */
class QuantizeThreadsTest {
  @TempDir private Path folder;

  /** Windows in several pieces and inputs side by side, on one, two and three threads. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "gptq --bits 3",
        "gptq --bits 3 --act-order --true-sequential",
        "gptq --bits 3 --targets quantized",
        "xnor --low-frac 0.9 --salient-metric hessian",
        "arb-rc",
        "billm",
        "ecq --bits 2.5",
        "hqq --bits 4",
        "bfp",
      })
  void bytesDoNotDependOnThreads(String method) throws IOException {
    Map<String, byte[]> one = quantized(method, 1);
    assertThat(one).isNotEmpty();
    for (int threads = 2; threads <= 3; threads++) {
      assertThat(quantized(method, threads))
          .as("%s, %d threads", method, threads)
          .containsExactlyInAnyOrderEntriesOf(one);
    }
  }

  private Map<String, byte[]> quantized(String method, int threads) throws IOException {
    Path out = folder.resolve("threads-" + threads);
    List<Object> words = new ArrayList<>(List.of("quantize", "tiny", "--method"));
    words.addAll(List.of(method.split(" ")));
    if (!method.startsWith("hqq") && !method.startsWith("bfp")) {
      words.addAll(List.of("--nsamples", 10, "--seqlen", 256));
    }
    words.addAll(List.of("--maxlayer", 2, "--threads", threads, "--out", out));
    Cli.Result result = Cli.run(words.toArray());
    assertThat(result.code()).as(result.err()).isZero();
    Map<String, byte[]> weights = new TreeMap<>();
    try (Stream<Path> files = Files.list(out)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".safetensors")).toList()) {
        weights.put(file.getFileName().toString(), Files.readAllBytes(file));
      }
    }
    return weights;
  }
}
