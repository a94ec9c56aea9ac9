package dev.pbq.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.data.Tokenizer;
import dev.pbq.core.data.Tokenizers;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.Engines;
import dev.pbq.core.model.ProductOperands;
import dev.pbq.core.testkit.SyntheticBert;
import dev.pbq.eval.classify.TextClassifier;
import dev.pbq.formats.config.Presets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A random small BERT through every command. */
class BertEndToEndTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int TEXTS = 60;

  @TempDir private Path folder;
  private Path model;
  private Path data;

  /** The data's labels are what the model itself says of its texts, each alone. */
  @BeforeEach
  void write() throws IOException {
    ModelFolder written = SyntheticBert.write(folder.resolve("bert"), 9);
    model = written.path();
    List<String> rows = new ArrayList<>(List.of("sentence\tlabel"));
    int positive = 0;
    try (NDManager manager = Engines.newManager();
        Checkpoint weights = Checkpoint.open(model);
        Tokenizer tokenizer = Tokenizers.open(model);
        TextClassifier classifier =
            TextClassifier.load(
                Architectures.classifier(written.config(), "bert"),
                weights,
                ProductOperands.UNCHANGED,
                manager)) {
      for (String text : SyntheticBert.sentences(TEXTS, 20, 6)) {
        float[] logits = classifier.logits(new int[][] {tokenizer.encode(text)})[0];
        int label = logits[1] > logits[0] ? 1 : 0;
        positive += label;
        rows.add(text + "\t" + label);
      }
    }
    assertThat(positive).as("both labels occur").isBetween(5, TEXTS - 5);
    data = folder.resolve("dev.tsv");
    Files.write(data, rows);
  }

  private static void succeeds(Cli.Result result) {
    assertThat(result.code()).as(result.err()).isZero();
  }

  private static void refused(int code, String message, Cli.Result result) {
    assertThat(result.code()).as(result.err()).isEqualTo(code);
    assertThat(result.err().strip()).contains(message).doesNotContain("\n");
  }

  private JsonNode evaluate(Path what, Object... more) throws IOException {
    Path json = folder.resolve("result.json");
    List<Object> args = new ArrayList<>(List.of("eval-classify", what, "--json", json));
    if (!List.of(more).contains("--data")) {
      args.addAll(List.of("--data", data));
    }
    args.addAll(List.of(more));
    Cli.Result result = Cli.run(args.toArray());
    succeeds(result);
    JsonNode first = JSON.readTree(json.toFile()).path("results").get(0);
    assertThat(result.out())
        .contains(String.format(Locale.ROOT, "%.4f", first.path("accuracy").asDouble()));
    return first;
  }

  private static double loss(JsonNode result) {
    return result.path("loss").asDouble();
  }

  private static double accuracy(JsonNode result) {
    return result.path("accuracy").asDouble();
  }

  private Path quantize(String out, Object... options) {
    Path packed = folder.resolve(out);
    List<Object> args = new ArrayList<>(List.of("quantize", model, "--out", packed));
    args.addAll(List.of(options));
    succeeds(Cli.run(args.toArray()));
    return packed;
  }

  @Test
  void widerFormatsAreNearerToFullPrecision() throws IOException {
    JsonNode full = evaluate(model);
    assertThat(full.path("examples").asInt()).isEqualTo(TEXTS);
    assertThat(full.path("correct").asInt()).isEqualTo(TEXTS);
    assertThat(accuracy(full)).as("in padded batches as alone").isEqualTo(1);
    assertThat(full.path("stderr").asDouble()).isZero();
    assertThat(full.path("majority").asDouble()).isBetween(0.5, 0.95);
    assertThat(full.path("truncated").asInt()).isZero();
    assertThat(full.has("act_format")).isFalse();
    double last = 0;
    for (String preset : List.of("bfp-w8a8", "bfp-w6a6", "bfp-w4a4")) {
      JsonNode result = evaluate(model, "--act-format", preset);
      double off = Math.abs(loss(result) - loss(full));
      assertThat(off).as(preset).isGreaterThan(last);
      assertThat(result.path("act_format").asText()).isEqualTo(preset);
      last = off;
    }
    JsonNode eight = evaluate(model, "--act-format", "bfp-w8a8");
    assertThat(loss(eight)).isCloseTo(loss(full), within(0.02));
    assertThat(accuracy(eight)).isGreaterThan(0.9);
  }

  @Test
  void everyPresetRunsOnAllEightProducts() throws IOException {
    double full = loss(evaluate(model));
    for (String preset : Presets.names()) {
      double loss = loss(evaluate(model, "--act-format", preset, "--limit", "20"));
      assertThat(loss).as(preset).isFinite();
    }
    assertThat(loss(evaluate(model, "--act-format", "bypass"))).isCloseTo(full, within(1e-6));
    for (String path :
        List.of(
            "attention.query",
            "attention.key",
            "attention.value",
            "attention.matmul_0",
            "attention.matmul_1",
            "attention.output.dense",
            "intermediate.dense",
            "output.dense")) {
      Path toml =
          Files.writeString(
              folder.resolve("one.toml"),
              Presets.toml("bypass").orElseThrow()
                  + "[model_layer_1."
                  + path
                  + "]\n"
                  + "name = \"integer\"\nis_ptq = true\ndata_in_width = 3\n"
                  + "data_in_frac_width = 0\nweight_width = 8\nweight_frac_width = 5\n"
                  + "bias_width = 8\nbias_frac_width = 5\n");
      assertThat(loss(evaluate(model, "--act-format", toml)))
          .as(path)
          .isNotCloseTo(full, within(1e-5));
    }
  }

  @Test
  void formatsDoNotSeeOtherTextsOfTheBatch() throws IOException {
    List<String> rows = Files.readAllLines(data);
    Path one = folder.resolve("one.tsv");
    double sum = 0;
    for (int i = 1; i <= 10; i++) {
      Files.write(one, List.of(rows.get(0), rows.get(i)));
      sum += loss(evaluate(model, "--data", one, "--act-format", "bl-w8a8"));
    }
    assertThat(loss(evaluate(model, "--act-format", "bl-w8a8", "--limit", "10")))
        .isCloseTo(sum / 10, within(1e-6));
  }

  @Test
  void packedModelsAreInspectedAndEvaluated() throws IOException {
    Path packed = quantize("bfp", "--method", "bfp", "--bits", "6", "--save");
    Cli.Result inspect = Cli.run("inspect", packed, "--layers", "--act-format", "bfp-w6a6");
    succeeds(inspect);
    assertThat(inspect.out())
        .contains("bert.encoder.layer.1.attention.self.query", "bert.encoder.layer.0.output.dense")
        .containsPattern("quantized linears +12\n")
        .contains("memory_density");
    assertThat(Files.exists(packed.resolve("vocab.txt"))).isTrue();

    JsonNode result = evaluate(packed);
    assertThat(accuracy(result)).isGreaterThan(0.8);
    Path dense = folder.resolve("bfp-dense");
    assertThat(loss(evaluate(dense)))
        .as("six bits are exact in fp16")
        .isEqualTo(loss(result))
        .isNotEqualTo(loss(evaluate(model)));
  }

  @Test
  void aPackedModelRunsInTheFormatThatItWasQuantizedFor() throws IOException {
    Path packed = quantize("w6a6", "--method", "bfp", "--act-format", "bfp-w6a6");
    JsonNode recorded = evaluate(packed);
    assertThat(recorded.path("act_format").asText()).isEqualTo("as recorded");
    assertThat(loss(recorded)).isEqualTo(loss(evaluate(model, "--act-format", "bfp-w6a6")));
    assertThat(loss(evaluate(packed, "--act-format", "none"))).isNotEqualTo(loss(recorded));
  }

  @Test
  void otherMethodsWithoutCalibration() throws IOException {
    assertThat(
            accuracy(
                evaluate(quantize("rtn", "--method", "rtn", "--bits", "8", "--groupsize", "16"))))
        .isGreaterThan(0.9);
    assertThat(
            accuracy(
                evaluate(quantize("hqq", "--method", "hqq", "--bits", "8", "--groupsize", "16"))))
        .isGreaterThan(0.9);
  }

  @Test
  void namesWithoutPrefixAndOldNames() throws IOException {
    double loss = loss(evaluate(model));
    Path usual = model;
    model =
        SyntheticBert.write(
                folder.resolve("old"),
                9,
                name ->
                    name.replaceFirst("^bert\\.", "")
                        .replace("LayerNorm.weight", "LayerNorm.gamma")
                        .replace("LayerNorm.bias", "LayerNorm.beta"))
            .path();
    assertThat(loss(evaluate(model))).isEqualTo(loss);
    Path packed = quantize("old-bfp", "--method", "bfp");
    model = usual;
    assertThat(loss(evaluate(packed)))
        .isEqualTo(loss(evaluate(quantize("usual-bfp", "--method", "bfp"))));
  }

  @Test
  void longTextsAreCutAndCounted() throws IOException {
    JsonNode cut = evaluate(model, "--max-length", "8");
    assertThat(cut.path("truncated").asInt()).isBetween(1, TEXTS);
    assertThat(cut.path("max_length").asInt()).isEqualTo(8);
    assertThat(loss(cut)).isNotEqualTo(loss(evaluate(model)));
    assertThat(evaluate(model).path("max_length").asInt()).as("the model's longest").isEqualTo(64);
  }

  @Test
  void labelsByName() throws IOException {
    List<String> rows = new ArrayList<>();
    for (String row : Files.readAllLines(data).subList(1, TEXTS + 1)) {
      String[] fields = row.split("\t", -1);
      rows.add(
          JSON.createObjectNode()
              .put("text", fields[0])
              .put("label", fields[1].equals("1") ? "Positive" : "negative")
              .toString());
    }
    Path named = folder.resolve("named.jsonl");
    Files.write(named, rows);
    assertThat(accuracy(evaluate(model, "--data", named))).isEqualTo(1);
  }

  @Test
  void mistakesGetOneLine() throws IOException {
    Path bad = Files.writeString(folder.resolve("bad.tsv"), "sentence\tlabel\na\t1\nfilm\t2\n");
    refused(
        4,
        bad + " line 3: label 2 is out of range: the model's labels are 0 to 1",
        Cli.run("eval-classify", model, "--data", bad));
    refused(
        2,
        "--max-length 65 is not between 3 and the model's 64",
        Cli.run("eval-classify", model, "--data", data, "--max-length", "65"));
    refused(
        2,
        "--limit 0 is not at least 1",
        Cli.run("eval-classify", model, "--data", data, "--limit", "0"));
    refused(
        2,
        "llama models predict next tokens and have no classifier",
        Cli.run("eval-classify", "tiny", "--data", data));
    refused(
        2,
        "bert models classify whole texts and predict no next token",
        Cli.run("eval-ppl", model, "--dataset", "tiny"));
    Path out = folder.resolve("out");
    refused(
        2,
        "bert models do not take: use a method without calibration",
        Cli.run("quantize", model, "--method", "gptq", "--calib", "tiny", "--out", out));
    refused(
        2,
        "run 'pbq eval-classify' on the result",
        Cli.run("quantize", model, "--method", "rtn", "--eval", "tiny", "--out", out));
    assertThat(out).doesNotExist();
    assertThat(folder.resolve("out.partial")).doesNotExist();
  }
}
