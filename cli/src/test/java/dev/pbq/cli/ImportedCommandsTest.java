package dev.pbq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.tiny.TinyModel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Commands on models in other programs' forms: each says of the same weights what it says of the
 * folder that pbq packed.
 */
@ResourceLock(Resources.SYSTEM_PROPERTIES)
class ImportedCommandsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final String PACKED = "packed";

  @TempDir private Path folder;
  private Path original;

  private static Cli.Result succeed(List<?> words) {
    List<Object> args = new ArrayList<>(words);
    if (String.valueOf(args.get(1)).endsWith("gguf")) {
      args.addAll(List.of("--tokenizer", Path.of(args.get(1).toString()).resolveSibling(PACKED)));
    }
    Cli.Result result = Cli.run(args.toArray());
    assertThat(result.code()).as(args + "\n" + result.err()).isZero();
    return result;
  }

  private static Cli.Result succeed(Object... args) {
    return succeed(List.of(args));
  }

  /** The built-in model with a chat template, in 4 bits without zero points. */
  private Path packed() throws IOException {
    Path packed = folder.resolve(PACKED);
    original = TinyModel.unpack(folder.resolve("tiny"));
    Files.writeString(
        original.resolve("chat_template.jinja"),
        "{% for m in messages %}{{ m.content }} {% endfor %}");
    succeed(
        "quantize",
        original,
        "--method",
        "rtn",
        "--bits",
        4,
        "--groupsize",
        32,
        "--symmetric",
        "--out",
        packed);
    return packed;
  }

  private Path exported(Path packed, String kind) throws IOException {
    Path target = folder.resolve(kind);
    List<Object> args = new ArrayList<>(List.of("export", packed, "--out", target, "--format"));
    switch (kind) {
      case "int-quantized" -> {
        args.addAll(List.of("compressed-tensors", "--checkpoint-format", "naive-quantized"));
        args.addAll(List.of("--dtype", "f32"));
      }
      case "compressed-tensors" -> args.addAll(List.of(kind, "--dtype", "f32"));
      // No file holds a tokenizer of this model's kind: that of the folder is given.
      case "gguf" -> args.addAll(List.of(kind, "--no-tokenizer"));
      default -> args.add(kind);
    }
    succeed(args);
    if (kind.equals("int-quantized")) {
      // The same bytes, in a model whose program rounds activations too.
      Path config = target.resolve("config.json");
      Files.writeString(
          config,
          Files.readString(config)
              .replace("naive-quantized", kind)
              .replaceAll(
                  "\"input_activations\"\\s*:\\s*null",
                  "\"input_activations\":{\"num_bits\":8,\"strategy\":\"token\",\"dynamic\":true}"));
    }
    return target;
  }

  @ParameterizedTest
  @ValueSource(strings = {"gguf", "gptq", "awq", "compressed-tensors", "int-quantized"})
  void commandsSayTheSame(String kind) throws IOException {
    Path packed = packed();
    Path imported = exported(packed, kind);
    assertThat(results("eval-ppl", imported, "--dataset", "tiny").at("/0/perplexity"))
        .isEqualTo(results("eval-ppl", packed, "--dataset", "tiny").at("/0/perplexity"));
    Path rows =
        Files.writeString(
            folder.resolve("rows.jsonl"),
            """
            {"goal":"g","sol1":"a house","sol2":"b is red","label":0}
            {"goal":"The","sol1":"man went","sol2":"zz","label":1}
            """);
    assertThat(tasks(imported, rows)).isEqualTo(tasks(packed, rows));
    assertThat(distance(imported)).isPositive().isEqualTo(distance(packed));
    assertThat(generated(imported)).isNotBlank().isEqualTo(generated(packed));
    Cli.Result talked = talk(imported);
    assertThat(talked.out()).isNotBlank().isEqualTo(talk(packed).out());
    assertThat(profile(imported, "of-imported")).isEqualTo(profile(packed, "of-packed"));
    if (kind.equals("int-quantized")) {
      assertThat(talked.err() + succeed("inspect", imported).out()).contains(kind);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gptq", "int-quantized"})
  void rowsOfAComparison(String kind) throws IOException {
    Path packed = packed();
    Path imported = exported(packed, kind);
    Path out = folder.resolve("compare");
    succeed(
        "compare",
        original,
        "--recipes",
        packed + "," + imported,
        "--dataset",
        "tiny",
        "--seqlen",
        64,
        "--limit",
        2,
        "--out",
        out);
    List<String> lines = Files.readAllLines(out.resolve("compare.csv"));
    List<String> names = List.of(lines.get(0).split(",", -1));
    int column = names.indexOf(names.stream().filter(n -> n.contains("ppl")).findFirst().get());
    List<String> figures = lines.stream().skip(1).map(l -> l.split(",", -1)[column]).toList();
    assertThat(figures).hasSize(3);
    assertThat(figures.get(2)).isEqualTo(figures.get(1)).isNotEqualTo(figures.get(0));
  }

  private JsonNode results(Object... command) throws IOException {
    Path json = folder.resolve("result.json");
    Object[] more = {"--seqlen", 64, "--limit", 2, "--json", json};
    succeed(Stream.concat(Stream.of(command), Stream.of(more)).toList());
    return JSON.readTree(json.toFile()).path("results");
  }

  private JsonNode tasks(Path model, Path rows) throws IOException {
    Path json = folder.resolve("tasks.json");
    succeed("eval-tasks", model, "--tasks", "piqa=" + rows, "--json", json);
    return JSON.readTree(json.toFile()).path("results");
  }

  private double distance(Path model) throws IOException {
    Path json = folder.resolve("kl.json");
    succeed(
        "eval-kl",
        model,
        "--reference",
        original,
        "--dataset",
        "tiny",
        "--seqlen",
        64,
        "--limit",
        2,
        "--json",
        json);
    JsonNode result = JSON.readTree(json.toFile());
    return result.findValue("kl").path("mean").asDouble();
  }

  private static String generated(Path model) {
    return succeed("generate", model, "--prompt", "The ", "--max-new-tokens", 8).out();
  }

  private String profile(Path model, String name) throws IOException {
    Path out = folder.resolve(name);
    succeed("profile", model, "--calib", "tiny", "--nsamples", 2, "--seqlen", 32, "--out", out);
    return Files.readString(out.resolve("activations.csv"));
  }

  private static Cli.Result talk(Path model) {
    InputStream before = System.in;
    System.setIn(new ByteArrayInputStream("The \nA \n".getBytes(StandardCharsets.UTF_8)));
    try {
      return succeed("chat", model, "--max-new-tokens", 8);
    } finally {
      System.setIn(before);
    }
  }
}
