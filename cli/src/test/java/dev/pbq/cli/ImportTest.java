package dev.pbq.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.core.testkit.SharedFolder;
import dev.pbq.tiny.TinyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models of other programs as MODEL arguments: GGUF files and GPTQ folders, from end to end. */
class ImportTest {
  @TempDir private Path folder;

  private static Cli.Result succeed(Object... args) {
    Cli.Result result = Cli.run(args);
    assertThat(result.code()).as(result.err()).isZero();
    return result;
  }

  private static String fail(int code, Object... args) {
    Cli.Result result = Cli.run(args);
    assertThat(result.code()).as(result.out() + result.err()).isEqualTo(code);
    assertThat(result.err().lines()).as(result.err()).hasSize(1);
    return result.err();
  }

  private static Path tiny() {
    return TinyModel.unpack(TinyModel.defaultCacheDir());
  }

  /** The built-in model in 4 bits, as a GGUF file without a tokenizer. */
  private Path tinyFile() {
    Path file = folder.resolve("tiny.gguf");
    succeed(
        "quantize", "tiny", "--method", "rtn", "--bits", 4, "--groupsize", 32, "--out", packed());
    succeed("export", packed(), "--format", "gguf", "--no-tokenizer", "--out", file);
    return file;
  }

  private Path packed() {
    return folder.resolve("packed");
  }

  private static JsonNode inspect(Object model) throws IOException {
    return new ObjectMapper().readTree(succeed("inspect", model, "--json", "--layers").out());
  }

  private double perplexity(Object... model) throws IOException {
    Path json = folder.resolve("ppl.json");
    Object[] args = Arrays.copyOf(new Object[] {"eval-ppl"}, 1 + model.length);
    System.arraycopy(model, 0, args, 1, model.length);
    Object[] more = {"--dataset", "tiny", "--seqlen", 64, "--limit", 4, "--json", json};
    Object[] all = Arrays.copyOf(args, args.length + more.length);
    System.arraycopy(more, 0, all, args.length, more.length);
    succeed(all);
    return new ObjectMapper()
        .readTree(json.toFile())
        .path("results")
        .get(0)
        .path("perplexity")
        .asDouble();
  }

  @Test
  void aFileIsMeasuredInspectedAndQuantizedAgain() throws IOException {
    Path file = tinyFile();
    assertThat(perplexity(file, "--tokenizer", tiny())).isEqualTo(perplexity(packed()));
    assertThat(fail(4, "eval-ppl", file, "--dataset", "tiny"))
        .contains(file + ": holds no tokenizer; give a folder with --tokenizer");
    assertThat(fail(3, "eval-ppl", file, "--dataset", "tiny", "--tokenizer", folder))
        .contains("is no folder with a tokenizer");
    assertThat(fail(2, "eval-ppl", "tiny", "--dataset", "tiny", "--tokenizer", tiny()))
        .contains("--tokenizer is for a model in one file");
    JsonNode facts = inspect(file);
    assertThat(facts.path("method").asText()).isEqualTo("GGUF file");
    assertThat(facts.path("architecture").asText()).isEqualTo("llama");
    assertThat(facts.path("stored_bits_per_weight").asDouble()).isEqualTo(8.5);
    assertThat(facts.path("layers")).hasSize(facts.path("quantized_linears").asInt());
    assertThat(facts.path("bytes_by_dtype").has("Q8_0")).isTrue();

    Path again = folder.resolve("again");
    assertThat(fail(4, "quantize", file, "--method", "rtn", "--out", again))
        .contains(file + " is quantized already (quant_method gguf)", "--dequantize-first");
    assertThat(again).doesNotExist();
    succeed(
        "quantize",
        file,
        "--dequantize-first",
        "--tokenizer",
        tiny(),
        "--method",
        "rtn",
        "--bits",
        4,
        "--groupsize",
        32,
        "--out",
        again);
    // Four bits hold what four bits made, but for the rounding of scales.
    assertThat(perplexity(again)).isCloseTo(perplexity(packed()), within(0.05));
  }

  @Test
  void theDistanceOfAFileIsZeroFromItsSource() throws IOException {
    Path file = tinyFile();
    Path json = folder.resolve("kl.json");
    succeed(
        "eval-kl",
        file,
        "--reference",
        packed(),
        "--tokenizer",
        tiny(),
        "--dataset",
        "tiny",
        "--seqlen",
        64,
        "--limit",
        2,
        "--json",
        json);
    assertThat(Files.readString(json)).contains("\"kl\"");
    succeed("export", file, "--format", "hf", "--tokenizer", tiny(), "--out", folder.resolve("hf"));
    assertThat(perplexity(folder.resolve("hf"))).isEqualTo(perplexity(packed()));
  }

  @Test
  void damagedFilesAreToldInOneLine() throws IOException {
    Path file = tinyFile();
    byte[] bytes = Files.readAllBytes(file);
    Path broken = folder.resolve("broken.gguf");
    Files.write(broken, Arrays.copyOf(bytes, bytes.length - 100));
    assertThat(fail(4, "inspect", broken)).contains(broken.toString(), "truncated");
    Files.write(broken, Arrays.copyOf(bytes, 100));
    assertThat(fail(4, "inspect", broken)).contains(broken.toString(), "truncated");
    Files.writeString(broken, "something else");
    assertThat(fail(3, "inspect", broken)).contains("a model is given as its folder");
  }

  @Test
  void aGptqFolderIsEvaluatedAsWhatItIs() throws IOException {
    Path source = SharedFolder.of("models/stories-3m");
    Path made = folder.resolve("rtn3");
    Path exported = folder.resolve("gptq");
    succeed("quantize", source, "--method", "rtn", "--bits", 3, "--groupsize", 32, "--out", made);
    succeed("export", made, "--format", "gptq", "--out", exported);
    assertThat(perplexity(exported)).isEqualTo(perplexity(made));
    JsonNode facts = inspect(exported);
    assertThat(facts.path("method").asText()).startsWith("gptq");
    assertThat(facts.path("bits_per_weight_by_part").path("qweight").asDouble()).isEqualTo(3);
  }

  @Test
  void aFileBringsItsTokenizer() throws IOException {
    Path source = SharedFolder.of("models/stories-3m");
    Path file = folder.resolve("stories.gguf");
    succeed("export", source, "--format", "gguf", "--out", file);
    String text = "Once upon a time,  there wasn't 12 café \n\t🙂 <s> end";
    String ids = succeed("tokenize", source, text).out();
    assertThat(succeed("tokenize", file, text).out()).isEqualTo(ids);
    assertThat(perplexity(file)).isEqualTo(perplexity(source));
    String said = succeed("generate", source, "--prompt", "Once", "--max-new-tokens", 8).out();
    assertThat(succeed("generate", file, "--prompt", "Once", "--max-new-tokens", 8).out())
        .isEqualTo(said);
  }
}
