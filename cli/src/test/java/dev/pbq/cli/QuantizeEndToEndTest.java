package dev.pbq.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.core.checkpoint.AtomicFile;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.CheckpointWriter;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.PackedCheckpoint;
import dev.pbq.core.checkpoint.ShardSize;
import dev.pbq.core.checkpoint.TensorEntry;
import dev.pbq.core.checkpoint.TensorGroup;
import dev.pbq.core.checkpoint.WeightFiles;
import dev.pbq.core.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Quantize, inspect and evaluate the built-in model as a user would. */
class QuantizeEndToEndTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "xnor --low-frac 0.9 --salient-metric hessian",
        "xnor --low-frac 0.8 --groupsize 128 --masked-statistics",
        "sign --low-frac 0.5",
        "no --low-frac 0.5 --high-bit 4",
        "2bit --low-frac 0.9",
        "4bit --low-frac 0.9 --scale-dtype f32",
        "prune --low-frac 0.5",
        "rtn --bits 3 --groupsize 64",
        "gptq --bits 4 --groupsize 128 --act-order",
        "gptq --bits 2 --true-sequential"
      })
  void packedAndDequantizedAreTheSameModel(String method) throws IOException {
    Path packed = folder.resolve("packed");
    String[] words = method.split(" ", -1);
    quantize(packed, words);
    Path dense = folder.resolve("dense");
    writeDense(packed, dense);

    double fromPacked = perplexity(packed);
    assertThat(fromPacked).isEqualTo(perplexity(dense));
    assertThat(Files.size(packed.resolve(WeightFiles.PACKED.single())))
        .isLessThan(Files.size(dense.resolve("model.safetensors")) / 2);
    assertThat(Cli.run("inspect", packed).out())
        .contains("method", words[0], "stored bits per weight");
  }

  @Test
  void runningTwiceGivesTheSameBytesWhateverTheThreads() throws IOException {
    String[] method = {"gptq", "--bits", "3", "--maxlayer", "2"};
    quantize(folder.resolve("a"), method);
    quantize(folder.resolve("b"), method);
    assertThat(folder.resolve("a").resolve(WeightFiles.PACKED.single()))
        .hasSameBinaryContentAs(folder.resolve("b").resolve(WeightFiles.PACKED.single()));
  }

  @Test
  void theReportCountsTheBytesOnTheDisk() throws IOException {
    Path packed = folder.resolve("packed");
    quantize(packed, "xnor", "--low-frac", "0.9");
    JsonNode report = JSON.readTree(packed.resolve("pbq-report.json").toFile());
    assertThat(report.path("size").path("modelBytes").asLong())
        .isEqualTo(Files.size(packed.resolve(WeightFiles.PACKED.single())));
    assertThat(report.path("size").path("paperBits").asDouble()).isCloseTo(2.7, within(0.01));

    JsonNode seen = JSON.readTree(Cli.run("inspect", packed, "--json").out());
    assertThat(seen.path("stored_bits_per_weight").asDouble())
        .isCloseTo(report.path("size").path("storedBits").asDouble(), within(1e-9));
  }

  @Test
  void overridesAndSkipsReachTheLayersTheyName() throws IOException {
    Path packed = folder.resolve("packed");
    quantize(
        packed,
        "rtn",
        "--bits",
        "4",
        "--skip",
        "layers\\.0\\.",
        "--override",
        "down_proj=bits:8",
        "--override",
        "o_proj=method:xnor,low-frac:0.5");
    JsonNode linears = JSON.readTree(packed.resolve("pbq-report.json").toFile()).path("linears");
    assertThat(linears).isNotEmpty();
    for (JsonNode linear : linears) {
      String name = linear.path("name").asText();
      assertThat(name).doesNotContain("layers.0.");
      assertThat(linear.path("method").asText())
          .isEqualTo(name.contains("o_proj") ? "xnor" : "rtn");
      if (name.contains("down_proj")) {
        assertThat(linear.path("paperBits").asDouble()).isEqualTo(8);
      }
    }
  }

  @Test
  void smallShardsGetAnIndexAndReadBackTheSame() throws IOException {
    quantize(folder.resolve("one"), "rtn", "--bits", "4");
    quantize(folder.resolve("many"), "rtn", "--bits", "4", "--max-shard-size", "300KB");
    assertThat(folder.resolve("many").resolve(WeightFiles.PACKED.index())).exists();
    assertThat(perplexity(folder.resolve("many"))).isEqualTo(perplexity(folder.resolve("one")));
  }

  @Test
  void saveAndPlotAddADenseModelAndAPicture() throws IOException {
    Path packed = folder.resolve("packed");
    quantize(packed, "rtn", "--bits", "4", "--save", "--plot");
    Path dense = folder.resolve("packed-dense");
    assertThat(Cli.run("inspect", dense).out()).doesNotContain("method").contains("F16");
    assertThat(perplexity(dense)).isCloseTo(perplexity(packed), within(0.01));
    assertThat(Files.readString(packed.resolve("pbq-errors.svg")))
        .startsWith("<svg")
        .contains("down_proj");
  }

  @Test
  void aDryRunPlansAndWritesNothing() {
    Path out = folder.resolve("none");
    Cli.Result result =
        Cli.run(
            "quantize", "tiny", "--method", "xnor", "--low-frac", "0.9", "--dry-run", "--out", out);
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.out()).contains("memory", "disk", "time", "2.70 by the paper's count");
    assertThat(out).doesNotExist();
    assertThat(folder.resolve("none.partial")).doesNotExist();
  }

  @Test
  void aRunThatNeedsMoreMemoryThanItMayTakeIsRefusedAtOnce() {
    Path out = folder.resolve("none");
    for (String method : new String[] {"gptq", "rtn"}) {
      Cli.Result refused =
          Cli.run("quantize", "tiny", "--method", method, "--max-memory", "100MB", "--out", out);
      assertThat(refused.code()).isEqualTo(6);
      assertThat(refused.err().lines()).hasSize(1);
      assertThat(refused.err()).contains("needs about", "--max-memory allows 100.0 MB");
    }
    assertThat(out).doesNotExist();
    assertThat(folder.resolve("none.partial")).doesNotExist();
  }

  @Test
  void trueSequentialIsStoredAndChangesAllButTheFirstInputsLayers() throws IOException {
    Path plain = folder.resolve("plain");
    Path sequential = folder.resolve("sequential");
    quantize(plain, "gptq", "--bits", "2");
    quantize(sequential, "gptq", "--bits", "2", "--true-sequential");

    JsonNode settings =
        JSON.readTree(sequential.resolve("config.json").toFile())
            .path("quantization_config")
            .path("settings");
    assertThat(settings.path("trueSequential").asBoolean()).isTrue();
    JsonNode report = JSON.readTree(sequential.resolve("pbq-report.json").toFile());
    assertThat(report.path("settings")).isEqualTo(settings);
    assertThat(Files.readString(plain.resolve("config.json"))).doesNotContain("trueSequential");

    try (PackedCheckpoint a = PackedCheckpoint.open(ModelFolder.open(plain));
        PackedCheckpoint b = PackedCheckpoint.open(ModelFolder.open(sequential))) {
      for (String linear : a.packedLinears()) {
        boolean same = Arrays.equals(a.read(linear + ".weight"), b.read(linear + ".weight"));
        assertThat(same).as(linear).isEqualTo(linear.matches(".*layers\\.0\\..*[qkv]_proj"));
      }
    }
  }

  @Test
  void aTrueSequentialRunEvaluatesAndIsPlannedAsSuch() {
    String[] command = {
      "quantize",
      "tiny",
      "--method",
      "gptq",
      "--bits",
      "2",
      "--true-sequential",
      "--nsamples",
      "8",
      "--seqlen",
      "64",
      "--out",
      folder.resolve("q").toString()
    };
    assertThat(run(command, "--dry-run")).contains("8 windows of 64 tokens, true-sequential");
    assertThat(folder.resolve("q")).doesNotExist();
    assertThat(run(command, "--eval", "tiny")).containsPattern("tiny +.*\\d\\.\\d{4}");
  }

  @Test
  void trueSequentialIsRefusedWhereNothingIsCalibrated() {
    Path out = folder.resolve("q");
    Cli.Result refused =
        Cli.run(
            "quantize", "tiny", "--method", "rtn", "--bits", 2, "--true-sequential", "--out", out);
    assertThat(refused.code()).isEqualTo(2);
    assertThat(refused.err().lines())
        .hasSize(1)
        .allSatisfy(line -> assertThat(line).contains("--true-sequential", "rtn"));
    assertThat(out).doesNotExist();
  }

  private static String run(String[] command, String... more) {
    List<Object> args = new ArrayList<>(List.of((Object[]) command));
    args.addAll(List.of((Object[]) more));
    Cli.Result result = Cli.run(args.toArray());
    assertThat(result.code()).as(result.err()).isZero();
    return result.out();
  }

  private static void quantize(Path out, String... methodAndOptions) {
    List<Object> args = new ArrayList<>(List.of("quantize", "tiny", "--out", out));
    args.addAll(List.of("--nsamples", 8, "--seqlen", 64, "--method"));
    args.addAll(List.of((Object[]) methodAndOptions));
    Cli.Result result = Cli.run(args.toArray());
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(out.resolveSibling(out.getFileName() + ".partial")).doesNotExist();
  }

  private double perplexity(Path model) throws IOException {
    Path json = folder.resolve("result.json");
    Cli.Result result =
        Cli.run(
            "eval-ppl", model, "--dataset", "tiny", "--seqlen", 64, "--limit", 16, "--json", json);
    assertThat(result.code()).as(result.err()).isZero();
    return JSON.readTree(json.toFile()).path("results").get(0).path("perplexity").asDouble();
  }

  /** The packed model as an ordinary float32 checkpoint. */
  private static void writeDense(Path packed, Path dense) throws IOException {
    Files.createDirectories(dense);
    ModelFolder source = ModelFolder.open(packed);
    try (PackedCheckpoint weights = PackedCheckpoint.open(source)) {
      List<TensorGroup> groups = new ArrayList<>();
      for (String name : weights.names()) {
        groups.add(
            TensorGroup.of(
                TensorEntry.ofFloats(name, DType.F32, weights.shape(name), weights.read(name))));
      }
      CheckpointWriter.write(dense, groups, Map.of(), ShardSize.DEFAULT);
    }
    source.copySideFilesTo(dense);
    var config = source.config();
    config.remove("quantization_config");
    AtomicFile.write(dense.resolve("config.json"), JSON.writeValueAsBytes(config));
    try (Checkpoint check = Checkpoint.open(dense)) {
      assertThat(check.names()).isNotEmpty();
    }
  }
}
