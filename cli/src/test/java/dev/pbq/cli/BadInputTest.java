package dev.pbq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.CheckpointWriter;
import dev.pbq.core.checkpoint.TensorEntry;
import dev.pbq.core.checkpoint.TensorGroup;
import dev.pbq.core.checkpoint.WeightFiles;
import dev.pbq.core.tensor.DType;
import dev.pbq.formats.config.Presets;
import dev.pbq.tiny.TinyModel;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each mistake gets one line that names its cause, its own exit code, and leaves nothing behind.
 */
class BadInputTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String[] XNOR = {"--method", "xnor", "--low-frac", "0.9"};

  @TempDir private Path folder;
  private Path model;
  private Path out;

  @BeforeEach
  void copyTiny() throws IOException {
    Path tiny = TinyModel.unpack(folder.resolve("cache"));
    model = Files.createDirectory(folder.resolve("model"));
    out = folder.resolve("out");
    try (Stream<Path> files = Files.list(tiny)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, model.resolve(file.getFileName()));
      }
    }
  }

  @Test
  void aFolderThatIsNotThere() {
    refused(3, "no-such-model", quantize(folder.resolve("no-such-model"), XNOR));
  }

  @Test
  void aFolderThatIsNoModel() throws IOException {
    Path empty = Files.createDirectory(folder.resolve("empty"));
    refused(4, "config.json", Cli.run("inspect", empty));
  }

  @Test
  void anArchitectureThatIsNotSupported() throws IOException {
    config(c -> c.put("model_type", "mamba"));
    refused(4, "llama", quantize(model, XNOR));
  }

  @Test
  void aTruncatedFile() throws IOException {
    try (RandomAccessFile file =
        new RandomAccessFile(model.resolve("model.safetensors").toFile(), "rw")) {
      file.setLength(file.length() - 1000);
    }
    refused(4, "model.safetensors", quantize(model, XNOR));
    refused(4, "model.safetensors", Cli.run("eval-ppl", model, "--dataset", "tiny"));
  }

  @Test
  void aShardThatIsMissing() throws IOException {
    rewrite("none", Float.NaN, 1_000_000);
    Path shard;
    try (Stream<Path> files = Files.list(model)) {
      shard =
          files
              .filter(f -> f.getFileName().toString().matches("model-00002-of-.*"))
              .findFirst()
              .orElseThrow();
    }
    Files.delete(shard);
    refused(3, shard.getFileName().toString(), quantize(model, XNOR));
  }

  @Test
  void aWeightThatIsNotANumber() throws IOException {
    rewrite("model.layers.1.mlp.up_proj.weight", Float.NaN, Long.MAX_VALUE);
    refused(5, "model.layers.1.mlp.up_proj.weight", quantize(model, XNOR));
    refused(
        5,
        "model.layers.1.mlp.up_proj.weight",
        quantize(model, "--method", "rtn", "--bits", "4", "--force"));
  }

  @Test
  void aFailureInTheFirstBlockLeavesNoWorkDirectory() throws IOException {
    rewrite("model.layers.0.self_attn.v_proj.weight", Float.POSITIVE_INFINITY, Long.MAX_VALUE);
    refused(5, "model.layers.0.self_attn.v_proj.weight", quantize(model, XNOR));
    assertThat(folder.resolve("out.partial")).doesNotExist();
  }

  @Test
  void aVocabularyThatDoesNotMatch() throws IOException {
    config(c -> c.put("vocab_size", 99999));
    refused(4, "embed_tokens", quantize(model, XNOR));
  }

  @Test
  void calibrationTextThatIsTooShort() throws IOException {
    Path text = Files.writeString(folder.resolve("short.txt"), "one two three");
    refused(4, "128 windows", quantize(model, with(XNOR, "--calib", text.toString())));
    Path empty = Files.writeString(folder.resolve("empty.txt"), "");
    refused(4, "empty.txt", quantize(model, with(XNOR, "--calib", empty.toString())));
  }

  @Test
  void calibrationTextThatIsNotThere() {
    refused(3, "c4", quantize(model, with(XNOR, "--data-dir", folder.toString())));
  }

  @Test
  void settingsOfArbThatMakeNoSense() {
    refused(2, "--groups 9", quantize(model, "--method", "arb-rc", "--cgb", "--groups", "9"));
    refused(2, "--blocksize 0", quantize(model, "--method", "billm", "--blocksize", "0"));
    refused(2, "--up-lim 1", quantize(model, "--method", "billm", "--up-lim", "1"));
    refused(2, "--division", quantize(model, "--method", "arb", "--division", "rows"));
    refused(
        2, "--division both", quantize(model, "--method", "arb", "--cgb", "--division", "none"));
    refused(
        2,
        "--compensation exact",
        quantize(model, "--method", "arb-x", "--codes", "signs", "--compensation", "diag"));
    refused(
        2,
        "--share-means",
        quantize(model, "--method", "arb-rc", "--preset", "best", "--share-means", "block"));
    refused(2, "--low-frac", quantize(model, "--method", "billm", "--low-frac", "0.9"));
    refused(2, "--preset", quantize(model, "--method", "arb-x", "--preset", "worst"));
  }

  @Test
  void sharesOutsideTheirRange() {
    for (String share : List.of("0", "1", "1.5", "-0.1")) {
      refused(2, "--low-frac", quantize(model, "--method", "xnor", "--low-frac", share));
    }
    refused(2, "--low-frac", quantize(model, "--method", "xnor"));
  }

  @Test
  void groupsAndBlocksThatDoNotFit() {
    refused(2, "proj", quantize(model, with(XNOR, "--groupsize", "100000")));
    refused(2, "--groupsize", quantize(model, with(XNOR, "--groupsize", "0")));
    refused(2, "--blocksize", quantize(model, with(XNOR, "--blocksize", "0")));
  }

  @Test
  void methodsAndOptionsThatDoNotExist() {
    refused(2, "xnor", quantize(model, "--method", "magic"));
    refused(
        2, "--low-frac", quantize(model, "--method", "rtn", "--bits", "4", "--low-frac", "0.5"));
    refused(2, "--bits", quantize(model, "--method", "rtn", "--bits", "9"));
    refused(2, "--no-such", Cli.run("quantize", model, "--method", "rtn", "--no-such"));
    refused(2, "command", Cli.run());
  }

  @Test
  void formatsThatDoNotFit() throws IOException {
    refused(
        2, "--bits 9 is not between 2 and 8", quantize(model, "--method", "bfp", "--bits", "9"));
    refused(2, "--block", quantize(model, "--method", "bfp", "--block", "0x16"));
    refused(2, "--block", quantize(model, "--method", "log", "--block", "1x16"));
    refused(2, "--frac-width", quantize(model, "--method", "int", "--frac-width", "many"));
    refused(
        2, "leaves no mantissa", quantize(model, "--method", "minifloat", "--exponent-width", "7"));
    refused(
        2,
        "--act-format",
        quantize(model, "--method", "rtn", "--bits", "4", "--act-format", "bfp-w6a6"));
    refused(3, "bfp-w4a4", quantize(model, "--method", "bfp", "--act-format", "bfp-w3a3"));
    String preset = Presets.toml("bfp-w6a6").orElseThrow();
    refused(
        2,
        "[default] has the key data_inn_width, which block_fp does not know; the nearest known key"
            + " is data_in_width",
        quantize(
            model,
            "--method",
            "bfp",
            "--act-format",
            toml(preset, "data_in_width = 6", "data_inn_width = 6")));
    refused(
        2,
        "[default] has no weight_width",
        quantize(model, "--method", "bfp", "--act-format", toml(preset, "weight_width = 6", "")));
    refused(
        2,
        "data_in_width 99 is not between 2 and 16",
        evalPpl("--act-format", toml(preset, "data_in_width = 6", "data_in_width = 99")));
    refused(
        2,
        "[model_layer_3]",
        quantize(
            model,
            "--method",
            "bfp",
            "--act-format",
            toml(
                preset,
                "[rotary_positional_encoding]",
                "[model_layer_3.mlp.up_proj]\n"
                    + "name = \"integer\"\nbypass = true\n[rotary_positional_encoding]")));
    refused(2, "not TOML", evalPpl("--act-format", toml(preset, "[default]", "[default")));
    refused(2, "--compat needs --act-format", evalPpl("--compat"));
    refused(2, "--override", Cli.run("quantize", model, "--method", "bfp", "--override", "x"));
    assertThat(quantize(model, "--method", "rtn", "--bits", "4").code()).isZero();
    Cli.Result packed = Cli.run("eval-ppl", out, "--dataset", "tiny", "--act-format", "bfp-w6a6");
    assertThat(packed.code()).isEqualTo(2);
    assertThat(packed.err())
        .contains("--act-format")
        .contains("is quantized by rtn, which has no activation format");
  }

  private Cli.Result evalPpl(String... options) {
    List<Object> args = new ArrayList<>(List.of("eval-ppl", model, "--dataset", "tiny"));
    args.addAll(List.of((Object[]) options));
    return Cli.run(args.toArray());
  }

  private String toml(String text, String from, String to) throws IOException {
    assertThat(text).contains(from);
    return Files.writeString(folder.resolve("formats.toml"), text.replace(from, to)).toString();
  }

  @Test
  void anOutputThatExists() throws IOException {
    Files.createDirectory(out);
    Path before = Files.writeString(out.resolve("mine.txt"), "keep me");
    Cli.Result result = quantize(model, "--method", "rtn", "--bits", "4");
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("--force");
    assertThat(before).hasContent("keep me");
  }

  @Test
  void aModelThatIsQuantizedAlready() {
    assertThat(quantize(model, "--method", "rtn", "--bits", "4").code()).isZero();
    Cli.Result again =
        Cli.run(
            "quantize", out, "--method", "rtn", "--bits", "4", "--out", folder.resolve("again"));
    assertThat(again.code()).isEqualTo(4);
    assertThat(again.err()).contains("quantized already");
  }

  @Test
  void aPackedLayerThatIsCorrupt() throws IOException {
    assertThat(quantize(model, "--method", "rtn", "--bits", "4").code()).isZero();
    Path file = out.resolve(WeightFiles.PACKED.single());
    byte[] bytes = Files.readAllBytes(file);
    String header = new String(bytes, 0, 20_000, java.nio.charset.StandardCharsets.ISO_8859_1);
    int at = header.indexOf("uniform");
    bytes[at] = 'X';
    Files.write(file, bytes);
    Cli.Result result = Cli.run("eval-ppl", out, "--dataset", "tiny", "--limit", 1);
    assertThat(result.code()).isEqualTo(4);
    assertThat(result.err().lines()).hasSize(1);
  }

  private Cli.Result quantize(Path source, String... options) {
    List<Object> args = new ArrayList<>(List.of("quantize", source, "--out", out, "--seqlen", 64));
    if (!List.of(options).contains("--calib") && !List.of(options).contains("--data-dir")) {
      args.addAll(List.of("--calib", "tiny", "--nsamples", 4));
    }
    args.addAll(List.of((Object[]) options));
    return Cli.run(args.toArray());
  }

  private void refused(int code, String named, Cli.Result result) {
    // Blocks that were finished before may have been told; the error is one line, and the last.
    List<String> lines = result.err().lines().filter(l -> !l.startsWith("block ")).toList();
    assertThat(lines).as(result.err()).hasSize(1);
    assertThat(lines.get(0))
        .startsWith("pbq: ")
        .contains(named)
        .doesNotContain(
            "Exception", "Feature", "REDACTED", "com.fasterxml", "java.", "ai.djl", "`");
    assertThat(result.code()).as(result.err()).isEqualTo(code);
    assertThat(out).doesNotExist();
  }

  private static String[] with(String[] options, String... more) {
    return Stream.concat(Stream.of(options), Stream.of(more)).toArray(String[]::new);
  }

  private void config(Consumer<ObjectNode> change) throws IOException {
    Path file = model.resolve("config.json");
    ObjectNode config = (ObjectNode) JSON.readTree(file.toFile());
    change.accept(config);
    JSON.writeValue(file.toFile(), config);
  }

  /** Rewrites the weights, with the first value of one tensor replaced. */
  private void rewrite(String tensor, float value, long shardBytes) throws IOException {
    List<TensorGroup> groups = new ArrayList<>();
    Path old = Files.move(model, folder.resolve("old"));
    Files.createDirectory(model);
    try (Checkpoint weights = Checkpoint.open(old)) {
      for (String name : weights.names()) {
        float[] values = weights.read(name);
        if (name.equals(tensor)) {
          values[0] = value;
        }
        groups.add(
            TensorGroup.of(TensorEntry.ofFloats(name, DType.F16, weights.shape(name), values)));
      }
      CheckpointWriter.write(model, groups, Map.of(), shardBytes);
    }
    try (Stream<Path> files = Files.list(old)) {
      for (Path file : files.filter(f -> !f.toString().endsWith(".safetensors")).toList()) {
        Files.copy(file, model.resolve(file.getFileName()));
      }
    }
  }
}
