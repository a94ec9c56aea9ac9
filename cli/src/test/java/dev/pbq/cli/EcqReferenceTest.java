package dev.pbq.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.core.checkpoint.SafetensorsFile;
import dev.pbq.core.checkpoint.TensorInfo;
import dev.pbq.core.checkpoint.WeightFiles;
import dev.pbq.core.testkit.SharedFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Entropy-coded quantization of a trained model: bits of the file, perplexity, divergence. */
class EcqReferenceTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String TEXT = "corpora/tinystories.jsonl";

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({"1, 2.25, 7.02, .030", "8, 2.25, 6.96, .022"})
  void littleIsLost(int states, double bits, double perplexity, double divergence)
      throws IOException {
    Path model = SharedFolder.of("models/stories-3m");
    Path packed = quantize(model, "--states", states, "--bits", bits);
    JsonNode size = JSON.readTree(packed.resolve("pbq-report.json").toFile()).path("size");
    assertThat(size.path("storedBits").asDouble()).isCloseTo(bits, within(.002));
    Path json = folder.resolve("distance.json");
    Cli.Result result =
        Cli.run(
            "eval-kl",
            packed,
            "--reference",
            model,
            "--dataset",
            SharedFolder.of(TEXT),
            "--seqlen",
            256,
            "--limit",
            100,
            "--json",
            json);
    assertThat(result.code()).as(result.err()).isZero();
    JsonNode distance = JSON.readTree(json.toFile()).path("results").path(0);
    assertThat(distance.at("/kl/mean").asDouble()).isBetween(.01, divergence);
    assertThat(distance.at("/perplexity/model").asDouble()).isBetween(6.8, perplexity);
  }

  /** Not an entropy: eight times the bytes that the layer's tensors take in the file. */
  @Test
  void bitsArePrintedAsTheFileHasThem() throws IOException {
    Path packed = quantize(SharedFolder.of("models/stories260K"), "--bits", "3", "--maxlayer", "1");
    JsonNode report = JSON.readTree(packed.resolve("pbq-report.json").toFile());
    try (SafetensorsFile file = SafetensorsFile.open(packed.resolve(WeightFiles.PACKED.single()))) {
      for (JsonNode linear : report.path("linears")) {
        String name = linear.path("name").asText();
        long bytes =
            file.tensors().values().stream()
                .filter(e -> e.name().startsWith(name + "."))
                .mapToLong(TensorInfo::byteCount)
                .sum();
        assertThat(linear.path("storedBits").asLong()).as(name).isEqualTo(8 * bytes);
      }
    }
  }

  private Path quantize(Path model, Object... options) {
    Path packed = folder.resolve("packed");
    List<Object> args = new ArrayList<>(List.of("quantize", model, "--method", "ecq"));
    args.addAll(List.of("--calib", SharedFolder.of(TEXT), "--nsamples", 32, "--seqlen", 256));
    args.addAll(List.of("--eval", "none", "--out", packed));
    args.addAll(List.of(options));
    Cli.Result result = Cli.run(args.toArray());
    assertThat(result.code()).as(result.err()).isZero();
    return packed;
  }
}
