package dev.pbq.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.core.checkpoint.AtomicFile;
import dev.pbq.core.checkpoint.CheckpointWriter;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.PackedCheckpoint;
import dev.pbq.core.checkpoint.ShardSize;
import dev.pbq.core.checkpoint.TensorEntry;
import dev.pbq.core.checkpoint.TensorGroup;
import dev.pbq.core.checkpoint.WeightFiles;
import dev.pbq.core.tensor.DType;
import dev.pbq.core.testkit.SharedFolder;
import dev.pbq.core.testkit.SyntheticBert;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Embedding and head quantized, stored packed and used as they are stored, by every command. */
class VocabularyTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String EMBEDDING = "model.embed_tokens";

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rtn --bits 4 --groupsize 64 --embedding-bits 4",
        "gptq --bits 4 --embedding-bits 3 --head-bits 6 --head-method rtn,groupsize:32",
        "gptq --bits 3 --true-sequential --embedding-bits 2 --head-bits 8",
        "gptq --bits 4 --embedding-bits 4 --head-bits 3 --head-method gptq,groupsize:32",
        "rtn --bits 4 --head-bits 3.5 --head-method ecq,dataFree:false",
        "ecq --bits 3 --embedding-bits 4 --embedding-method ecq --head-bits 4 --head-method ecq",
        "hqq --bits 4 --head-bits 4 --head-method hqq,round-zero:false",
        "rtn --bits 4 --skip . --embedding-bits 3 --head-bits 3"
      })
  void packedAndDequantizedAreTheSameModel(String method) throws IOException {
    Path packed = quantize("tiny", "packed", method);
    Path dense = writeDense(packed, "dense");
    assertThat(perplexity(packed)).isEqualTo(perplexity(dense));

    JsonNode report = report(packed);
    JsonNode vocabulary = report.path("vocabulary");
    assertThat(report.path("size").path("modelBytes").asLong())
        .isEqualTo(Files.size(packed.resolve(WeightFiles.PACKED.single())));
    // 321 x 128 twice: the tiny model's head is its own.
    assertThat(vocabulary.path("parameters").asLong()).isEqualTo(2L * 321 * 128);
    assertThat(vocabulary.path("storedBits").asDouble()).isLessThan(16);
    assertThat(names(report.path("linears"))).doesNotContain(EMBEDDING, "lm_head");
    List<String> tables = names(vocabulary.path("tables"));
    assertThat(tables.contains(EMBEDDING)).isEqualTo(method.contains("--embedding-bits"));
    assertThat(tables.contains("lm_head")).isEqualTo(method.contains("--head-bits"));
    JsonNode seen = JSON.readTree(run("inspect", packed, "--layers", "--json"));
    assertThat(names(seen.path("layers"))).containsAll(tables);
    assertThat(seen.path("stored_bits_per_weight").asDouble())
        .isCloseTo(report.path("size").path("storedBits").asDouble(), within(1e-9));
    assertThat(seen.path("embedding_and_head").path("share_of_model").asDouble())
        .isEqualTo(vocabulary.path("modelShare").asDouble());
  }

  @Test
  void byDefaultBothStayAndTheirShareIsTold() throws IOException {
    Path packed = quantize("tiny", "packed", "rtn --bits 4");
    JsonNode vocabulary = report(packed).path("vocabulary");
    assertThat(vocabulary.has("tables")).isFalse();
    assertThat(vocabulary.path("storedBits").asDouble()).isEqualTo(16);
    assertThat(vocabulary.path("modelShare").asDouble())
        .isCloseTo(
            2.0 * 2 * 321 * 128 / Files.size(packed.resolve(WeightFiles.PACKED.single())),
            within(1e-9));
    String said = run("quantize", "tiny", "--method", "rtn", "--out", folder.resolve("again"));
    assertThat(said).contains("vocabulary     16.0000 bits per parameter", "not quantized");
  }

  @Test
  void calibrationStartsFromTheStoredEmbedding() throws IOException {
    Path tables = quantize("tiny", "tables", "rtn --skip . --embedding-bits 2 --head-bits 4");
    Path dense = writeDense(tables, "dense");
    Path after = quantize(dense.toString(), "after", "gptq --bits 2");
    Path atOnce = quantize("tiny", "once", "gptq --bits 2 --embedding-bits 2 --head-bits 4");
    Path without = quantize("tiny", "without", "gptq --bits 2");
    assertThat(linearBytes(atOnce)).isEqualTo(linearBytes(after));
    assertThat(linearBytes(atOnce)).isNotEqualTo(linearBytes(without));
  }

  /** A head's errors count by its inputs where these are known; an embedding's never do. */
  @Test
  void aHeadIsCalibratedWhereTheRunIs() throws IOException {
    String tables = " --embedding-bits 3 --embedding-method ecq --head-bits 3 --head-method ecq";
    Path calibrated = quantize("tiny", "calibrated", "gptq --bits 8" + tables);
    Path free = quantize("tiny", "free", "gptq --bits 8" + tables + ",dataFree:true");
    Path without = quantize("tiny", "without", "rtn --bits 8" + tables);
    assertThat(metrics(calibrated)).containsExactly("weight", "output");
    assertThat(metrics(free)).containsExactly("weight", "weight");
    assertThat(metrics(without)).containsExactly("weight", "weight");
    assertThat(divergence(calibrated)).isLessThan(0.9 * divergence(free));
    JsonNode stored =
        JSON.readTree(calibrated.resolve("config.json").toFile())
            .at("/quantization_config/settings");
    assertThat(stored.at("/head/dataFree").asBoolean(true)).isFalse();
    assertThat(stored.at("/embedding/dataFree").asBoolean()).isTrue();
    assertThat(
            run(
                "quantize",
                "tiny",
                "--recipe",
                calibrated.resolve("pbq-recipe.toml"),
                "--out",
                folder.resolve("again")))
        .contains("model.embed_tokens by ecq", "lm_head by calibrated ecq");
    assertThat(folder.resolve("again").resolve(WeightFiles.PACKED.single()))
        .hasSameBinaryContentAs(calibrated.resolve(WeightFiles.PACKED.single()));
  }

  private static List<String> metrics(Path packed) throws IOException {
    List<String> metrics = new ArrayList<>();
    report(packed)
        .path("vocabulary")
        .path("tables")
        .forEach(table -> metrics.add(table.path("errorMetric").asText()));
    return metrics;
  }

  @Test
  void theRecipeBesideTheResultRepeatsIt() throws IOException {
    Path first =
        quantize(
            "tiny",
            "first",
            "gptq --bits 3 --embedding-bits 3 --embedding-method rtn,groupsize:32");
    Path recipe = first.resolve("pbq-recipe.toml");
    assertThat(Files.readString(recipe))
        .contains("embedding-bits = 3.0", "embedding-method = \"rtn,groupsize:32\"")
        .doesNotContain("head");
    Path second = folder.resolve("second");
    run("quantize", "tiny", "--recipe", recipe, "--out", second);
    assertThat(second.resolve(WeightFiles.PACKED.single()))
        .hasSameBinaryContentAs(first.resolve(WeightFiles.PACKED.single()));
    JsonNode stored = JSON.readTree(first.resolve("config.json").toFile());
    JsonNode embedding = stored.at("/quantization_config/settings/embedding");
    assertThat(embedding.path("method").asText()).isEqualTo("rtn");
    assertThat(embedding.path("bits").asInt()).isEqualTo(3);
    assertThat(embedding.path("groupsize").asInt()).isEqualTo(32);
  }

  @ParameterizedTest
  @CsvSource({"stories260K, model.embed_tokens", "opt-mini, model.decoder.embed_tokens"})
  void aTiedTableIsStoredOnceAndServesBothEnds(String name, String table) throws IOException {
    Path model = SharedFolder.of("models/" + name);
    Path packed = quantize(model.toString(), "packed", "gptq --bits 4 --head-bits 4");
    Path dense = writeDense(packed, "dense");
    assertThat(perplexity(packed)).isEqualTo(perplexity(dense));
    JsonNode report = report(packed);
    assertThat(names(report.path("vocabulary").path("tables"))).containsExactly(table);
    try (PackedCheckpoint weights = PackedCheckpoint.open(ModelFolder.open(packed))) {
      assertThat(weights.contains("lm_head.weight")).isFalse();
    }
    // The same from the other end.
    Path other = quantize(model.toString(), "other", "gptq --bits 4 --embedding-bits 4");
    assertThat(other.resolve(WeightFiles.PACKED.single()))
        .hasSameBinaryContentAs(packed.resolve(WeightFiles.PACKED.single()));
    VocabularyRefusalsTest.refused(
        folder.resolve("no"),
        "--embedding-bits",
        model.toString(),
        "--method rtn --embedding-bits 4 --head-bits 3",
        table,
        "4.0 and 3.0");
    VocabularyRefusalsTest.refused(
        folder.resolve("no"),
        "--head-method",
        model.toString(),
        "--method rtn --embedding-bits 4 --embedding-method rtn --head-method hqq",
        table,
        "rtn and hqq");
  }

  @Test
  void aClassifiersEmbeddingIsQuantizedAndItsHeadRefused() throws IOException {
    Path bert = SyntheticBert.write(folder.resolve("bert"), 9).path();
    Path packed = folder.resolve("packed");
    String rtn = "rtn,groupsize:32";
    run(
        "quantize",
        bert,
        "--method",
        "rtn",
        "--bits",
        8,
        "--embedding-bits",
        8,
        "--embedding-method",
        rtn,
        "--out",
        packed);
    assertThat(names(report(packed).path("vocabulary").path("tables")))
        .containsExactly("bert.embeddings.word_embeddings");
    VocabularyRefusalsTest.refused(
        folder.resolve("no"),
        "--head-bits",
        bert.toString(),
        "--method rtn --head-bits 4",
        "bert",
        "no head");
  }

  @Test
  void everyExportHoldsWhatIsEvaluated() throws IOException {
    Path packed =
        quantize("tiny", "packed", "rtn --bits 4 --groupsize 32 --embedding-bits 4 --head-bits 4");
    double expected = perplexity(packed);
    Path hf = folder.resolve("hf");
    run("export", packed, "--format", "hf", "--dtype", "f32", "--out", hf);
    assertThat(perplexity(hf)).isEqualTo(expected);
    Path gptq = folder.resolve("gptq");
    String said = run("export", packed, "--format", "gptq", "--dtype", "f32", "--out", gptq);
    assertThat(said).contains("lm_head.weight, model.embed_tokens.weight: packed in the source");
    assertThat(perplexity(gptq)).isCloseTo(expected, within(1e-4));
    Path gguf = folder.resolve("model.gguf");
    String[] weights = {"export", packed.toString(), "--format", "gguf", "--no-tokenizer"};
    assertThat(run(with(weights, "--outtype", "f32", "--out", gguf))).contains("0 requantized");
    Cli.Result exact = Cli.run(with(weights, "--out", gguf, "--force"));
    assertThat(exact.code()).isEqualTo(2);
    assertThat(exact.err()).contains("no exact place", "embed_tokens.weight");

    Path coded = quantize("tiny", "coded", "hqq --bits 4 --embedding-bits 4 --head-bits 4");
    Path hqq = folder.resolve("hqq");
    assertThat(run("export", coded, "--format", "hqq", "--out", hqq))
        .contains("model.embed_tokens.weight: packed in the source");
    assertThat(perplexity(hqq)).isEqualTo(perplexity(coded));
  }

  private Path quantize(String model, String name, String method) {
    Path out = folder.resolve(name);
    List<Object> args = new ArrayList<>(List.of("quantize", model, "--out", out));
    args.addAll(List.of("--nsamples", 4, "--seqlen", 64, "--calib", "tiny", "--method"));
    args.addAll(List.of((Object[]) method.split(" ", -1)));
    run(args.toArray());
    return out;
  }

  private static Object[] with(String[] command, Object... more) {
    List<Object> args = new ArrayList<>(List.of((Object[]) command));
    args.addAll(List.of(more));
    return args.toArray();
  }

  private static String run(Object... args) {
    Cli.Result result = Cli.run(args);
    assertThat(result.code()).as(result.err()).isZero();
    return result.out();
  }

  private static JsonNode report(Path packed) throws IOException {
    return JSON.readTree(packed.resolve("pbq-report.json").toFile());
  }

  private static List<String> names(JsonNode list) {
    List<String> names = new ArrayList<>();
    list.forEach(node -> names.add(node.path("name").asText()));
    return names;
  }

  private double divergence(Path model) throws IOException {
    Path json = folder.resolve("distance.json");
    Object[] text = {"--dataset", "tiny", "--seqlen", 64, "--limit", 60, "--json", json};
    run(with(new String[] {"eval-kl", model.toString(), "--reference", "tiny"}, text));
    return JSON.readTree(json.toFile()).findValue("kl").path("mean").asDouble();
  }

  private double perplexity(Path model) throws IOException {
    Path json = folder.resolve("result.json");
    run("eval-ppl", model, "--dataset", "tiny", "--seqlen", 64, "--limit", 16, "--json", json);
    return JSON.readTree(json.toFile()).path("results").get(0).path("perplexity").asDouble();
  }

  /** Everything of the packed blocks, in order. */
  private static Map<String, List<Byte>> linearBytes(Path packed) {
    Map<String, List<Byte>> bytes = new TreeMap<>();
    try (PackedCheckpoint weights = PackedCheckpoint.open(ModelFolder.open(packed))) {
      for (String name : weights.stored().names()) {
        if (name.contains("_proj.")) {
          int count = Math.toIntExact(weights.stored().info(name).byteCount());
          List<Byte> all = new ArrayList<>();
          var from = weights.stored().bytes(name, 0, count);
          while (from.hasRemaining()) {
            all.add(from.get());
          }
          bytes.put(name, all);
        }
      }
    }
    assertThat(bytes).isNotEmpty();
    return bytes;
  }

  /** The packed model as an ordinary float32 checkpoint. */
  private Path writeDense(Path packed, String name) throws IOException {
    Path dense = Files.createDirectories(folder.resolve(name));
    ModelFolder source = ModelFolder.open(packed);
    try (PackedCheckpoint weights = PackedCheckpoint.open(source)) {
      List<TensorGroup> groups = new ArrayList<>();
      for (String tensor : weights.names()) {
        groups.add(
            TensorGroup.of(
                TensorEntry.ofFloats(
                    tensor, DType.F32, weights.shape(tensor), weights.read(tensor))));
      }
      CheckpointWriter.write(dense, groups, Map.of(), ShardSize.DEFAULT);
    }
    source.copySideFilesTo(dense);
    var config = source.config();
    config.remove("quantization_config");
    AtomicFile.write(dense.resolve("config.json"), JSON.writeValueAsBytes(config));
    return dense;
  }
}
