package dev.pbq.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.CheckpointWriter;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.ShardSize;
import dev.pbq.core.checkpoint.TensorEntry;
import dev.pbq.core.checkpoint.TensorGroup;
import dev.pbq.core.tensor.DType;
import dev.pbq.core.testkit.SharedFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Folders that other tools load, and everything that an export refuses. */
class ExportTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  static void quantize(Path out, String... methodAndOptions) {
    List<Object> args = new ArrayList<>(List.of("quantize", "tiny", "--out", out));
    args.addAll(List.of("--nsamples", 8, "--seqlen", 64, "--method"));
    args.addAll(List.of((Object[]) methodAndOptions));
    Cli.Result result = Cli.run(args.toArray());
    assertThat(result.code()).as(result.err()).isZero();
  }

  private static String export(Object model, String format, Path out, Object... more) {
    List<Object> args = new ArrayList<>(List.of("export", model, "--format", format, "--out", out));
    args.addAll(List.of(more));
    Cli.Result result = Cli.run(args.toArray());
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.out()).contains(format + ": ", "read back and compared");
    return result.out();
  }

  @Test
  void aPackedModelExportedDenseIsTheSameModel() throws IOException {
    Path packed = folder.resolve("packed");
    quantize(packed, "xnor", "--low-frac", "0.8", "--groupsize", "128");
    double expected = Cli.perplexity(packed);

    Path single = folder.resolve("f32");
    assertThat(export(packed, "hf", single, "--dtype", "f32")).contains(" 0 rounded");
    assertThat(Cli.perplexity(single)).isEqualTo(expected);

    Path half = folder.resolve("f16");
    assertThat(export(packed, "hf", half)).contains("note:", "float16 rounds");
    assertThat(Cli.perplexity(half)).isCloseTo(expected, within(1e-2 * expected));

    JsonNode config = JSON.readTree(half.resolve("config.json").toFile());
    assertThat(config.has("quantization_config")).isFalse();
    assertThat(config.path("torch_dtype").asText()).isEqualTo("float16");
    assertThat(JSON.readTree(single.resolve("config.json").toFile()).path("torch_dtype").asText())
        .isEqualTo("float32");
    assertThat(half.resolve("tokenizer.json"))
        .hasSameBinaryContentAs(packed.resolve("tokenizer.json"));
    assertThat(half.resolve("generation_config.json")).exists();
  }

  @Test
  void aDenseModelInItsOwnTypeIsTheSameBytesAndOtherTypesAreRounded() throws IOException {
    Path model = SharedFolder.of("models/stories260K");
    Path same = folder.resolve("same");
    assertThat(export(model, "hf", same)).contains("{F32=47}", "47 exact");
    assertThat(same.resolve("model.safetensors"))
        .hasSameBinaryContentAs(model.resolve("model.safetensors"));

    // The fp16 model in the shared folder was rounded by another program.
    Path half = folder.resolve("half");
    export(model, "hf", half, "--dtype", "fp16");
    assertThat(half.resolve("model.safetensors"))
        .hasSameBinaryContentAs(
            SharedFolder.of("models/stories260K-fp16").resolve("model.safetensors"));

    Path brain = folder.resolve("brain");
    export(model, "hf", brain, "--dtype", "bf16", "--shard-size", "200KB");
    assertThat(brain.resolve("model.safetensors.index.json")).exists();
    assertThat(brain.resolve("model.safetensors")).doesNotExist();
    try (Checkpoint checkpoint = Checkpoint.open(brain)) {
      assertThat(checkpoint.files()).hasSizeGreaterThan(2);
      assertThat(checkpoint.names())
          .allSatisfy(name -> assertThat(checkpoint.info(name).dtype()).isEqualTo(DType.BF16));
    }
  }

  @Test
  void aTiedHeadIsWrittenOnce() throws IOException {
    Path model = SharedFolder.of("models/stories260K");
    Path twice = Files.createDirectory(folder.resolve("twice"));
    try (Checkpoint checkpoint = Checkpoint.open(model)) {
      List<TensorGroup> groups = new ArrayList<>();
      checkpoint.names().forEach(name -> groups.add(TensorGroup.of(checkpoint.entryOf(name))));
      TensorEntry embedding = checkpoint.entryOf("model.embed_tokens.weight");
      groups.add(
          TensorGroup.of(
              new TensorEntry(
                  "lm_head.weight", embedding.dtype(), embedding.shape(), embedding.source())));
      CheckpointWriter.write(twice, groups, Map.of(), ShardSize.DEFAULT);
    }
    Files.copy(model.resolve("config.json"), twice.resolve("config.json"));
    Path out = folder.resolve("out");
    export(twice, "hf", out);
    assertThat(out.resolve("model.safetensors"))
        .hasSameBinaryContentAs(model.resolve("model.safetensors"));
  }

  @Test
  void gptqHoldsTheCodesAndItsSettings() throws IOException {
    Path packed = folder.resolve("packed");
    quantize(packed, "gptq", "--bits", "3", "--groupsize", "32", "--act-order", "--skip", "o_proj");
    Path out = folder.resolve("gptq");
    assertThat(export(packed, "gptq", out))
        .contains("3-bit=18", "30 exact", "3 linears are stored");

    JsonNode config =
        JSON.readTree(out.resolve("config.json").toFile()).path("quantization_config");
    assertThat(config.path("quant_method").asText()).isEqualTo("gptq");
    assertThat(config.path("bits").asInt()).isEqualTo(3);
    assertThat(config.path("group_size").asInt()).isEqualTo(32);
    assertThat(config.path("desc_act").asBoolean()).isTrue();
    assertThat(config.path("dynamic").has("-:^model\\.layers\\.1\\.self_attn\\.o_proj$")).isTrue();
    assertThat(JSON.readTree(out.resolve("quantize_config.json").toFile())).isEqualTo(config);
    // Layers that are not symmetric; GPTQModel refuses them in the older format.
    assertThat(config.path("sym").asBoolean()).isFalse();
    assertThat(config.path("checkpoint_format").asText()).isEqualTo("gptq_v2");
    boolean minusOne = false;

    String linear = "model.layers.1.mlp.down_proj";
    try (Checkpoint written = Checkpoint.open(out);
        dev.pbq.core.checkpoint.PackedCheckpoint source =
            dev.pbq.core.checkpoint.PackedCheckpoint.open(ModelFolder.open(packed))) {
      assertThat(written.info(linear + ".qweight").shape()).containsExactly(36, 128);
      assertThat(written.info(linear + ".qzeros").shape()).containsExactly(12, 12);
      assertThat(written.info(linear + ".g_idx").shape()).containsExactly(384);
      // Dequantized here once more, from the description of the layout.
      var weights = written.bytes(linear + ".qweight", 0, 36 * 128 * 4);
      var zeros = written.bytes(linear + ".qzeros", 0, 12 * 12 * 4);
      var group = written.bytes(linear + ".g_idx", 0, 384 * 4);
      float[] scales = written.read(linear + ".scales");
      float[] expected = source.read(linear + ".weight");
      for (int out0 = 0; out0 < 128; out0++) {
        for (int in = 0; in < 384; in++) {
          int g = group.getInt(4 * in);
          int code = 0;
          int zero = minusOne ? 1 : 0;
          for (int b = 0; b < 3; b++) {
            int row = (3 * in + b) / 32;
            code |= (weights.getInt(4 * (row * 128 + out0)) >>> ((3 * in + b) % 32) & 1) << b;
            int word = (3 * out0 + b) / 32;
            zero += (zeros.getInt(4 * (g * 12 + word)) >>> ((3 * out0 + b) % 32) & 1) << b;
          }
          assertThat(scales[g * 128 + out0] * (code - zero)).isEqualTo(expected[out0 * 384 + in]);
        }
      }
    }
  }

  @Test
  void symmetricLayersKeepTheOlderCheckpointFormat() throws IOException {
    Path packed = folder.resolve("packed");
    quantize(packed, "rtn", "--bits", "4", "--symmetric", "--override", "down_proj=bits:8");
    Path out = folder.resolve("gptq");
    assertThat(export(packed, "gptq", out))
        .contains("one group in a row: transformers does not load", "differ in width or group")
        .contains("run with 32 tokens: logits are those of the source");
    JsonNode config = JSON.readTree(out.resolve("quantize_config.json").toFile());
    assertThat(config.path("sym").asBoolean()).isTrue();
    assertThat(config.path("desc_act").asBoolean()).isFalse();
    assertThat(config.path("checkpoint_format").asText()).isEqualTo("gptq");
    assertThat(Cli.perplexity(out)).isEqualTo(Cli.perplexity(packed));
  }

  @Test
  void awqAndCompressedTensorsAreOpenedAsTheSameModel() throws IOException {
    Path packed = folder.resolve("packed");
    quantize(packed, "rtn", "--bits", "4", "--groupsize", "32");
    double expected = Cli.perplexity(packed);
    Path awq = folder.resolve("awq");
    assertThat(export(packed, "awq", awq)).contains("logits are those of the source");
    assertThat(Cli.perplexity(awq)).isEqualTo(expected);
    Path compressed = folder.resolve("compressed");
    assertThat(export(packed, "compressed-tensors", compressed, "--verify-logits", 0))
        .contains("layers are not symmetric: transformers 5")
        .doesNotContain("run with");
    assertThat(Cli.perplexity(compressed)).isEqualTo(expected);
    String[] naive = {"--checkpoint-format", "naive-quantized"};
    export(packed, "compressed-tensors", folder.resolve("naive"), (Object[]) naive);
    assertThat(Cli.perplexity(folder.resolve("naive"))).isEqualTo(expected);
    refused(2, packed, "awq", new String[] {"--verify-logits", "-1"}, "--verify-logits -1");

    Path eight = folder.resolve("eight");
    quantize(eight, "rtn", "--bits", "8", "--groupsize", "32");
    refused(2, eight, "awq", "does not fit format awq", "codes of 8 bits; the layout has [4]");
    refused(2, "tiny", "awq", "not quantized", "format awq");
  }

  @Test
  void whatGptqCannotHoldIsNamed() {
    Path packed = folder.resolve("packed");
    quantize(packed, "hqq", "--bits", "4", "--maxlayer", "1");
    refused(2, packed, "gptq", "fractional zero points", "model.layers.0", "--lossy");
    String out = export(packed, "gptq", folder.resolve("lossy"), "--lossy");
    assertThat(out).contains("7 requantized").doesNotContain("7 requantized (largest error 0.000)");
    refused(2, "tiny", "gptq", "not quantized");
    refused(
        2,
        packed,
        "gptq",
        new String[] {"--lossy", "--checkpoint-format", "v3"},
        "--checkpoint-format v3");
  }

  @Test
  void whatMakesNoSenseIsRefusedInOneLine() throws IOException {
    refused(2, "tiny", "onnx", "--format onnx", "gguf, gptq, hf");
    refused(2, "tiny", "gguf", new String[] {"--outtype", "q3_k"}, "--outtype q3_k", "q1_0");
    refused(2, "tiny", "hf", new String[] {"--outtype", "q8_0"}, "--outtype", "format hf");
    refused(2, "tiny", "hf", new String[] {"--dtype", "f8"}, "--dtype f8", "bf16");
    refused(2, "tiny", "hf", new String[] {"--shard-size", "big"}, "shard size");
    refused(2, "tiny", "gguf", "WordLevel", "--no-tokenizer");
    refused(3, folder.resolve("nowhere"), "hf", "nowhere");
    refused(4, SharedFolder.of("models/opt-mini"), "gguf", "'opt'", "no architecture");

    Path bert = Files.createDirectory(folder.resolve("bert"));
    Files.writeString(bert.resolve("config.json"), "{\"model_type\": \"bert\"}");
    refused(4, bert, "gguf", "'bert'", "no architecture");
    ObjectNode other = JSON.createObjectNode();
    other.putObject("quantization_config").put("quant_method", "exl2");
    Files.writeString(bert.resolve("config.json"), other.toString());
    refused(4, bert, "hf", "already quantized", "exl2");
  }

  @Test
  void whatIsThereIsReplacedOnlyWhenAsked() throws IOException {
    Path file = folder.resolve("tiny.gguf");
    Files.writeString(file, "mine");
    Cli.Result result =
        Cli.run("export", "tiny", "--format", "gguf", "--no-tokenizer", "--out", file);
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("exists", "--force");
    assertThat(file).hasContent("mine");
    Cli.Result forced =
        Cli.run("export", "tiny", "--format", "gguf", "--no-tokenizer", "--force", "--out", file);
    assertThat(forced.code()).isEqualTo(2);
    assertThat(forced.err()).contains("not a GGUF file");
    assertThat(file).hasContent("mine");
    Files.delete(file);
    export("tiny", "gguf", file, "--no-tokenizer");
    export("tiny", "gguf", file, "--no-tokenizer", "--force");
    assertThat(new GgufFile(file).keys.get("tokenizer.ggml.model")).isEqualTo("no_vocab");

    Path out = Files.createDirectory(folder.resolve("out"));
    Files.writeString(out.resolve("notes.txt"), "mine");
    assertThat(Cli.run("export", "tiny", "--format", "hf", "--out", out, "--force").code())
        .isEqualTo(2);
    assertThat(out.resolve("notes.txt")).hasContent("mine");
    assertThat(Cli.run("export", "tiny", "--format", "gguf", "--no-tokenizer", "--out", out).err())
        .contains("is a folder");
  }

  @Test
  void valuesThatATypeCannotHoldNameTheirTensor() throws IOException {
    Path large = folder.resolve("large");
    modelWith(large, 70000f);
    refused(5, large, "hf", new String[] {"--dtype", "f16"}, "model.norm.weight", "70000");
    export(large, "hf", folder.resolve("bf16"), "--dtype", "bf16");

    Path broken = folder.resolve("broken");
    modelWith(broken, Float.NaN);
    refused(5, broken, "hf", "model.norm.weight", "NaN");
    refused(5, broken, "gguf", new String[] {"--no-tokenizer"}, "model.norm.weight", "NaN");
  }

  /** The built-in model as float32 with one value changed. */
  private void modelWith(Path target, float value) throws IOException {
    Path single = folder.resolve(target.getFileName() + "-f32");
    export("tiny", "hf", single, "--dtype", "f32");
    Files.createDirectory(target);
    try (Checkpoint checkpoint = Checkpoint.open(single)) {
      List<TensorGroup> groups = new ArrayList<>();
      for (String name : checkpoint.names()) {
        float[] values = checkpoint.read(name);
        if (name.equals("model.norm.weight")) {
          values[3] = value;
        }
        groups.add(
            TensorGroup.of(TensorEntry.ofFloats(name, DType.F32, checkpoint.shape(name), values)));
      }
      CheckpointWriter.write(target, groups, Map.of(), ShardSize.DEFAULT);
    }
    Files.copy(single.resolve("config.json"), target.resolve("config.json"));
  }

  private void refused(int code, Object model, String format, String... words) {
    refused(code, model, format, new String[0], words);
  }

  private void refused(int code, Object model, String format, String[] options, String... words) {
    Path out = folder.resolve("refused");
    List<Object> args = new ArrayList<>(List.of("export", model, "--format", format, "--out", out));
    args.addAll(List.of((Object[]) options));
    Cli.Result result = Cli.run(args.toArray());
    assertThat(result.code()).as(result.err()).isEqualTo(code);
    assertThat(result.err().lines()).hasSize(1);
    assertThat(result.err()).contains(words);
    try (Stream<Path> list = Files.list(folder)) {
      // Neither the target nor anything half-written.
      assertThat(list.map(p -> p.getFileName().toString()))
          .noneMatch(name -> name.contains("refused"));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
