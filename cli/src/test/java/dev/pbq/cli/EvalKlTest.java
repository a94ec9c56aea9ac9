package dev.pbq.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.tiny.TinyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvalKlTest {
  private static final List<Object> SMALL = List.of("--seqlen", 64, "--limit", 4);

  @TempDir private Path folder;

  @Test
  void aModelIsExactlyItself() throws IOException {
    JsonNode result = distance("tiny", "tiny");
    assertThat(result.at("/kl/mean").asDouble()).isZero();
    assertThat(result.at("/kl/max").asDouble()).isZero();
    assertThat(result.path("same_top").asDouble()).isEqualTo(1);
    assertThat(result.at("/probability_change/rms").asDouble()).isZero();
    assertThat(result.at("/perplexity/ratio").asDouble()).isEqualTo(1);
    assertThat(result.at("/perplexity/ratio_stderr").asDouble()).isZero();
    assertThat(result.path("tokens").asInt()).isEqualTo(4 * 63);
  }

  @Test
  void packedIsItsDequantizedCopy() throws IOException {
    // Every value of this format is an fp16 number, so the dense copy is exact.
    Path packed = quantize("bfp", "--bits", 4, "--save");
    JsonNode result = distance(packed, folder.resolve("bfp-dense"));
    assertThat(result.at("/kl/max").asDouble()).isZero();
    assertThat(result.at("/perplexity/ratio").asDouble()).isEqualTo(1);
  }

  @Test
  void theFewerBitsTheFartherAndPerplexityIsThatOfEvalPpl() throws IOException {
    Path two = quantize("rtn", "--bits", 2);
    JsonNode far = distance(two, "tiny");
    Path three = quantize("hqq", "--bits", 3);
    JsonNode near = distance(three, "tiny");
    assertThat(far.at("/kl/mean").asDouble())
        .isGreaterThan(2 * near.at("/kl/mean").asDouble())
        .isPositive();
    assertThat(far.path("same_top").asDouble()).isLessThan(near.path("same_top").asDouble());
    assertThat(far.at("/kl/stderr").asDouble()).isPositive();
    assertThat(far.at("/perplexity/correlation").asDouble()).isBetween(0.1, 1.0);

    Path json = folder.resolve("ppl.json");
    assertThat(run("eval-ppl", two, "--dataset", "tiny", "--json", json).code()).isZero();
    double perplexity =
        new ObjectMapper().readTree(json.toFile()).at("/results/0/perplexity").asDouble();
    assertThat(far.at("/perplexity/model").asDouble())
        .isCloseTo(perplexity, within(1e-5 * perplexity));
    assertThat(far.at("/perplexity/ratio").asDouble())
        .isCloseTo(
            far.at("/perplexity/model").asDouble() / far.at("/perplexity/reference").asDouble(),
            within(1e-9));
  }

  @Test
  void aCachedReferenceGivesTheSameNumbersAndIsNotRunAgain() throws IOException {
    Path packed = quantize("rtn", "--bits", 3);
    JsonNode fresh = distance(packed, "tiny");
    Path cache = folder.resolve("reference.logp");
    JsonNode made = distance(packed, "tiny", "--cache", cache);
    byte[] bytes = Files.readAllBytes(cache);
    JsonNode used = distance(packed, "tiny", "--cache", cache);
    assertThat(made.path("kl")).isEqualTo(fresh.path("kl"));
    assertThat(used.path("kl")).isEqualTo(fresh.path("kl"));
    assertThat(used.path("perplexity")).isEqualTo(fresh.path("perplexity"));
    assertThat(made.path("reference_seconds").asDouble()).isPositive();
    assertThat(used.path("reference_seconds").asDouble()).isZero();
    assertThat(cache).hasBinaryContent(bytes);
  }

  @Test
  void oneBlockAtATimeGivesTheSameNumbers() throws IOException {
    Path packed = quantize("rtn", "--bits", 3);
    JsonNode whole = distance(packed, "tiny");
    JsonNode streamed = distance(packed, "tiny", "--resident", "1KB");
    assertThat(streamed.path("kl")).isEqualTo(whole.path("kl"));
  }

  @Test
  void aCacheOfSomethingElseIsRefused() {
    Path cache = folder.resolve("reference.logp");
    assertThat(run("eval-kl", "tiny", "--reference", "tiny", "--cache", cache).code()).isZero();
    Cli.Result other =
        Cli.run(
            "eval-kl",
            "tiny",
            "--reference",
            "tiny",
            "--cache",
            cache,
            "--seqlen",
            32,
            "--limit",
            4);
    assertThat(other.code()).isEqualTo(2);
    assertThat(other.err()).contains("does not fit", "window length").hasLineCount(1);

    Cli.Result noCache =
        run("eval-kl", "tiny", "--reference", "tiny", "--cache", text("a text, not a cache file"));
    assertThat(noCache.code()).isEqualTo(4);
    assertThat(noCache.err()).contains("is not a file of log-probabilities").hasLineCount(1);
  }

  @Test
  void tokenizersThatDifferAreRefused() throws IOException {
    Path other = folder.resolve("other");
    Files.createDirectories(other);
    try (Stream<Path> files = Files.list(TinyModel.unpack(TinyModel.defaultCacheDir()))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, other.resolve(file.getFileName()));
      }
    }
    Path tokenizer = other.resolve("tokenizer.json");
    assertThat(tokenizer).exists();
    // Two pieces change places.
    String json = Files.readString(tokenizer);
    assertThat(json).contains("\"e\"", "\"t\"");
    Files.writeString(
        tokenizer,
        json.replace("\"e\"", "\"@@\"").replace("\"t\"", "\"e\"").replace("\"@@\"", "\"t\""));
    Cli.Result result = run("eval-kl", other, "--reference", "tiny", "--dataset", "tiny");
    assertThat(result.code()).as(result.err()).isEqualTo(4);
    assertThat(result.err()).contains("tokenizers of other and tiny differ").hasLineCount(1);
  }

  private Path text(String contents) {
    try {
      return Files.writeString(folder.resolve("text"), contents);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private Path quantize(String method, Object... options) {
    Path out = folder.resolve(method);
    List<Object> args = new ArrayList<>(List.of("quantize", "tiny", "--method", method));
    args.addAll(List.of("--out", out));
    args.addAll(List.of(options));
    Cli.Result result = Cli.run(args.toArray());
    assertThat(result.code()).as(result.err()).isZero();
    return out;
  }

  private JsonNode distance(Object model, Object reference, Object... options) throws IOException {
    Path json = folder.resolve("distance.json");
    List<Object> args = new ArrayList<>(List.of("eval-kl", model, "--reference", reference));
    args.addAll(List.of("--dataset", "tiny", "--json", json));
    args.addAll(List.of(options));
    Cli.Result result = run(args.toArray());
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.out()).contains("KL, nats per token", "perplexity ratio");
    return new ObjectMapper().readTree(json.toFile()).path("results").get(0);
  }

  private static Cli.Result run(Object... args) {
    List<Object> all = new ArrayList<>(List.of(args));
    all.addAll(SMALL);
    return Cli.run(all.toArray());
  }
}
