package dev.pbq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Layers that are no linear maps, trained, stored and given to other programs. */
class OneBitExchangeTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  private Path trained(String name, Object... method) {
    Path out = folder.resolve(name);
    List<Object> args = new ArrayList<>(List.of("train", "tiny", "--out", out));
    args.addAll(List.of("--steps", 4, "--batch", 2, "--accumulate", 1, "--seqlen", 32));
    args.addAll(List.of("--held-out", 4, "--threads", 1));
    args.addAll(List.of(method));
    Cli.Result result = Cli.run(args.toArray());
    assertThat(result.code()).as(result.err()).isZero();
    return out;
  }

  private Cli.Result export(Path model, Path out, Object... more) {
    List<Object> args = new ArrayList<>();
    args.addAll(List.of("export", model, "--format", "onebit", "--out", out));
    args.addAll(List.of(more));
    return Cli.run(args.toArray());
  }

  private static void assertRefused(Cli.Result result, String... words) {
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains(words).hasLineCount(1);
  }

  @Test
  void aModelOfOneBitTravelsBothWays() throws IOException {
    Path packed = trained("packed", "--method", "onebit", "--lr", "3e-3");
    double expected = Cli.perplexity(packed);
    Path exported = folder.resolve("exported");
    Cli.Result result = export(packed, exported);
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.out()).contains("0 rounded", "ONEBIT=");
    ObjectNode config = (ObjectNode) JSON.readTree(exported.resolve("config.json").toFile());
    assertThat(config.path("model_type").asText()).isEqualTo("bitllama");
    assertThat(config.has("quantization_config")).isFalse();
    assertThat(Cli.perplexity(exported)).isEqualTo(expected);
    assertThat(Cli.run("inspect", exported).out()).contains("onebit");

    Path again = folder.resolve("again");
    assertThat(export(exported, again).code()).isZero();
    assertThat(again.resolve("model.safetensors"))
        .hasSameBinaryContentAs(exported.resolve("model.safetensors"));

    Path single = folder.resolve("single");
    assertThat(export(packed, single, "--dtype", "f32").code()).isZero();
    assertThat(Cli.perplexity(single)).isEqualTo(expected);
    assertRefused(
        export(packed, folder.resolve("no"), "--dtype", "bf16"), "--dtype", "f16 and f32");

    // The same tensors under llama's name are what they are.
    JSON.writeValue(exported.resolve("config.json").toFile(), config.put("model_type", "llama"));
    assertThat(Cli.perplexity(exported)).isEqualTo(expected);
    assertRefused(
        Cli.run("export", exported, "--format", "hf", "--out", folder.resolve("hf")),
        "is no linear map");
    assertThat(folder.resolve("hf")).doesNotExist();
  }

  @Test
  void otherFoldersAreRefusedByName() {
    assertRefused(export(Path.of("tiny"), folder.resolve("no")), "holds no quantized layer");
    Path rtn = folder.resolve("rtn");
    Cli.run("quantize", "tiny", "--method", "rtn", "--bits", 4, "--out", rtn);
    assertRefused(
        export(rtn, folder.resolve("no")),
        "layer model.layers.0.",
        "is stored as uniform: format onebit holds layers of method onebit only");
    assertThat(folder.resolve("no")).doesNotExist();
  }

  @Test
  void biRealIsTrainedEvaluatedAndTuned() throws IOException {
    Path packed = trained("bireal", "--method", "pb-qat", "--layer", "bireal");
    double before = Cli.perplexity(packed);
    assertThat(before).isFinite();
    assertThat(Cli.run("inspect", packed, "--layers").out()).contains("signs", "pb-qat");
    for (String format : List.of("hf", "gptq", "gguf")) {
      Path out = folder.resolve(format);
      assertRefused(
          Cli.run("export", packed, "--format", format, "--out", out),
          "is a Bi-Real layer, which takes the signs of its inputs");
      assertThat(out).doesNotExist();
    }
    assertRefused(export(packed, folder.resolve("no")), "is stored as bi-real");

    Path tuned = folder.resolve("tuned");
    List<Object> args = new ArrayList<>(List.of("tune", packed, "--reference", "tiny"));
    args.addAll(List.of("--dataset", "tiny", "--steps", 8, "--batch", 2, "--seqlen", 32));
    args.addAll(List.of("--out", tuned));
    Cli.Result result = Cli.run(args.toArray());
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.out()).contains("held-out KL from the original");
    assertThat(Cli.perplexity(tuned)).isLessThan(before);
  }
}
