package dev.pbq.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.core.testkit.SharedFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Perplexities of real models, in full precision and quantized, against those of the references.
 */
class ReferenceModelsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "stories260K, corpora/tinystories.jsonl",
    "stories-3m, corpora/tinystories.jsonl",
    "wikilm-7m, wikitext2"
  })
  void fullPrecision(String model, String text) throws IOException {
    JsonNode reference = reference(model);
    JsonNode result = evaluate(SharedFolder.of("models/" + model), text, reference);
    double expected = reference.path("ppl").path("full_precision").asDouble();
    assertThat(result.path("perplexity").asDouble()).isCloseTo(expected, within(1e-4 * expected));
  }

  @Test
  void optInFullPrecision() throws IOException {
    Path model = SharedFolder.of("models/opt-mini");
    JsonNode expected =
        JSON.readTree(model.resolve("reference_ppl.json").toFile()).path("wikitext2");
    Path json = folder.resolve("r.json");
    Cli.Result result =
        Cli.run(
            "eval-ppl",
            model,
            "--dataset",
            "wikitext2",
            "--data-dir",
            SharedFolder.of("corpora"),
            "--seqlen",
            expected.path("seqlen"),
            "--limit",
            expected.path("windows"),
            "--json",
            json);
    assertThat(result.code()).as(result.err()).isZero();
    double ppl = expected.path("ppl").asDouble();
    assertThat(JSON.readTree(json.toFile()).path("results").get(0).path("perplexity").asDouble())
        .isCloseTo(ppl, within(1e-4 * ppl));
  }

  @ParameterizedTest
  @CsvSource({
    "stories260K, xnor_f0.9_hessian, 3, xnor --low-frac 0.9 --salient-metric hessian",
    "stories260K, gptq_4, 3, gptq --bits 4",
    "stories-3m, xnor_f0.9_hessian, 3, xnor --low-frac 0.9 --salient-metric hessian",
    "stories-3m, rtn_3, 3, rtn --bits 3",
    "stories260K, bfp_w6, 1, bfp --bits 6",
    "stories260K, bfp_w4, 1, bfp --bits 4",
    "stories-3m, bfp_w6, 1, bfp --bits 6",
    "stories-3m, bfp_w4, 1, bfp --bits 4",
    "wikilm-7m, xnor_f0.9_hessian_g128, 1,"
        + " xnor --low-frac 0.9 --salient-metric hessian --groupsize 128"
  })
  void quantized(String model, String key, double percent, String method) throws IOException {
    JsonNode reference = reference(model);
    JsonNode settings = reference.path("settings");
    Path out = folder.resolve("q");
    List<Object> args =
        new ArrayList<>(List.of("quantize", SharedFolder.of("models/" + model), "--out", out));
    args.addAll(List.of("--calib", SharedFolder.of(settings.path("calib").asText())));
    args.addAll(List.of("--nsamples", settings.path("nsamples"), "--seed", settings.path("seed")));
    args.addAll(List.of("--seqlen", settings.path("seqlen"), "--method"));
    args.addAll(List.of((Object[]) method.split(" ", -1)));
    Cli.Result result = Cli.run(args.toArray());
    assertThat(result.code()).as(result.err()).isZero();

    JsonNode measured = evaluate(out, settings.path("text").asText(), reference);
    double expected = reference.path("ppl").path(key).asDouble();
    assertThat(measured.path("perplexity").asDouble())
        .isCloseTo(expected, within(percent / 100 * expected));
  }

  private static JsonNode reference(String model) throws IOException {
    return JSON.readTree(SharedFolder.of("models/" + model + "/reference_quant.json").toFile());
  }

  private JsonNode evaluate(Path model, String text, JsonNode reference) throws IOException {
    JsonNode settings = reference.path("settings");
    Path json = folder.resolve("r.json");
    Cli.Result result =
        Cli.run(
            "eval-ppl",
            model,
            "--dataset",
            text.contains("/") ? SharedFolder.of(text) : text,
            "--data-dir",
            SharedFolder.of("corpora"),
            "--seqlen",
            settings.path("seqlen"),
            "--limit",
            settings.path("limit"),
            "--json",
            json);
    assertThat(result.code()).as(result.err()).isZero();
    return JSON.readTree(json.toFile()).path("results").get(0);
  }
}
