package dev.pbq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.core.testkit.SharedFolder;
import dev.pbq.formats.config.Presets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models run in number formats, from the command line. */
class ActFormatTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  @Test
  void widerFormatsAreNearerToFullPrecision() throws IOException {
    double full = nll(evaluate("tiny"));
    double eight = nll(evaluate("tiny", "--act-format", "bfp-w8a8"));
    double six = nll(evaluate("tiny", "--act-format", "bfp-w6a6"));
    double four = nll(evaluate("tiny", "--act-format", "bfp-w4a4"));
    assertThat(Math.abs(eight - full)).isLessThan(0.002);
    assertThat(Math.abs(six - full)).isLessThan(0.01);
    assertThat(four).isGreaterThan(full + 0.002).isLessThan(full + 0.5);
  }

  @Test
  void everyPresetGivesANumberAndSaysSo() throws IOException {
    double full = nll(evaluate("tiny"));
    for (String preset : Presets.names()) {
      JsonNode result = evaluate("tiny", "--act-format", preset);
      assertThat(result.path("act_format").asText()).isEqualTo(preset);
      assertThat(nll(result)).as(preset).isFinite();
      assertThat(nll(result) == full).as(preset).isEqualTo(preset.equals("bypass"));
    }
    assertThat(evaluate("tiny").has("act_format")).isFalse();
  }

  @Test
  void theReferencesDefectsShow() throws IOException {
    double fixed = nll(evaluate("tiny", "--act-format", "bmf-w8a8"));
    JsonNode compat = evaluate("tiny", "--act-format", "bmf-w8a8", "--compat");
    assertThat(compat.path("act_format").asText()).isEqualTo("bmf-w8a8 --compat");
    assertThat(nll(compat)).as("most weights are zero").isGreaterThan(fixed + 1);
  }

  @Test
  void aPackedModelRunsInTheFormatThatItWasQuantizedFor() throws IOException {
    Path packed = folder.resolve("packed");
    Cli.Result result =
        Cli.run("quantize", "tiny", "--method", "bfp", "--act-format", "bfp-w6a6", "--out", packed);
    assertThat(result.code()).as(result.err()).isZero();
    JsonNode settings =
        JSON.readTree(packed.resolve("config.json").toFile())
            .path("quantization_config")
            .path("settings");
    assertThat(settings.path("actFormat").path("default").path("name").asText())
        .isEqualTo("block_fp");

    JsonNode recorded = evaluate(packed.toString());
    assertThat(recorded.path("act_format").asText()).isEqualTo("as recorded");
    assertThat(nll(recorded))
        .as("packed weights are what a dense model's are rounded to")
        .isEqualTo(nll(evaluate("tiny", "--act-format", "bfp-w6a6")))
        .isEqualTo(nll(evaluate(packed.toString(), "--act-format", "bfp-w6a6")));
    double weightsAlone = nll(evaluate(packed.toString(), "--act-format", "none"));
    assertThat(weightsAlone).isNotEqualTo(nll(recorded));
    assertThat(nll(evaluate(packed.toString(), "--act-format", "bypass"))).isEqualTo(weightsAlone);
  }

  @Test
  void oneBlockAtATimeAndOneThreadGiveTheSame() throws IOException {
    double whole = nll(evaluate("tiny", "--act-format", "bl-w8a8", "--threads", "1"));
    assertThat(
            nll(evaluate("tiny", "--act-format", "bl-w8a8", "--threads", "1", "--resident", "1KB")))
        .isEqualTo(whole);
  }

  @Test
  void aFileOfOnesOwn() throws IOException {
    Path toml =
        Files.writeString(
            folder.resolve("my.toml"),
            Presets.toml("bypass").orElseThrow()
                + """
                [model_layer_1.mlp.down_proj]
                name = "integer"
                is_ptq = true
                data_in_width = 3
                data_in_frac_width = 0
                weight_width = 8
                weight_frac_width = 7
                """);
    JsonNode result = evaluate("tiny", "--act-format", toml.toString());
    assertThat(nll(result)).isNotEqualTo(nll(evaluate("tiny")));
    assertThat(result.path("act_format").asText()).isEqualTo(toml.toString());
  }

  @Test
  void optModelsToo() throws IOException {
    String opt = SharedFolder.of("models/opt-mini").toString();
    String text = SharedFolder.of("corpora/tinystories.jsonl").toString();
    double full = nll(evaluate(opt, "--dataset", text));
    for (String preset : List.of("bfp-w6a6", "bfp-w8a8")) {
      double nll = nll(evaluate(opt, "--dataset", text, "--act-format", preset));
      assertThat(nll).as(preset).isNotEqualTo(full).isBetween(full - 0.05, full + 0.05);
    }
  }

  @Test
  void sixBitsAreNearlyLosslessOnARealModel() throws IOException {
    String model = SharedFolder.of("models/wikilm-7m").toString();
    String text = SharedFolder.of("corpora/tinystories.jsonl").toString();
    double full = nll(evaluate(model, "--dataset", text));
    double six = nll(evaluate(model, "--dataset", text, "--act-format", "bfp-w6a6"));
    assertThat(Math.abs(six - full)).isLessThan(0.01);
  }

  @Test
  void inspectShowsTheMemoryDensity() throws IOException {
    Cli.Result result = Cli.run("inspect", "tiny", "--json", "--act-format", "bfp-w6a6");
    assertThat(result.code()).as(result.err()).isZero();
    JsonNode memory = JSON.readTree(result.out()).path("memory");
    assertThat(memory.path("configuration").asText()).isEqualTo("bfp-w6a6");
    assertThat(memory.path("average_bits").asDouble()).isBetween(6.5, 6.6);
    assertThat(memory.path("tokens").asInt()).isEqualTo(256);
    assertThat(Cli.run("inspect", "tiny", "--act-format", "bfp-w4a4").out())
        .contains("memory_density");
  }

  private static double nll(JsonNode result) {
    return result.path("nll").asDouble();
  }

  private JsonNode evaluate(String model, String... options) throws IOException {
    Path json = folder.resolve("r.json");
    List<Object> args =
        new ArrayList<>(List.of("eval-ppl", model, "--seqlen", 64, "--limit", 6, "--json", json));
    if (!List.of(options).contains("--dataset")) {
      args.addAll(List.of("--dataset", "tiny"));
    }
    args.addAll(List.of((Object[]) options));
    Cli.Result result = Cli.run(args.toArray());
    assertThat(result.code()).as(result.err()).isZero();
    return JSON.readTree(json.toFile()).path("results").get(0);
  }
}
