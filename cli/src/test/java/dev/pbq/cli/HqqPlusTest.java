package dev.pbq.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code pbq train --method hqq-plus} as a user meets it. */
class HqqPlusTest {
  @TempDir private Path folder;

  private Cli.Result train(Path out, Object... more) {
    List<Object> args =
        new ArrayList<>(List.of("train", "tiny", "--method", "hqq-plus", "--out", out));
    args.addAll(List.of("--steps", 4, "--batch", 2, "--seqlen", 32, "--lr", "5e-3"));
    args.addAll(List.of("--held-out", 4, "--threads", 1));
    args.addAll(List.of(more));
    return Cli.run(args.toArray());
  }

  private Cli.Result export(Path packed, String format, Path out, Object... more) {
    List<Object> args =
        new ArrayList<>(List.of("export", packed, "--format", format, "--out", out));
    args.addAll(List.of(more));
    return Cli.run(args.toArray());
  }

  @Test
  void everyCommandTakesWhatWasTrained() throws IOException {
    Path out = folder.resolve("plus");
    Cli.Result trained =
        train(out, "--save", "--bits", 1, "--groupsize", 64, "--axis", 1, "--loss", "kd");
    assertThat(trained.code()).as(trained.err()).isZero();
    assertThat(trained.out()).contains("adapters ", "from what is stored");
    assertThat(trained.err()).doesNotContain("no part of the model");
    double perplexity = Cli.perplexity(out);
    assertThat(Cli.perplexity(folder.resolve("plus-dense")))
        .isCloseTo(perplexity, within(1e-2 * perplexity));

    Cli.Result inspected = Cli.run("inspect", out, "--json");
    JsonNode parts = new ObjectMapper().readTree(inspected.out()).get("bits_per_weight_by_part");
    assertThat(parts.fieldNames())
        .toIterable()
        .containsExactly("adapter_a", "adapter_b", "base_codes", "base_scale", "base_zero", "bias");
    Cli.Result text = Cli.run("generate", out, "--prompt", "The ", "--max-new-tokens", 5);
    assertThat(text.code()).as(text.err()).isZero();

    Path dense = folder.resolve("hf");
    Cli.Result exported = export(out, "hf", dense, "--dtype", "f32");
    assertThat(exported.code()).as(exported.err()).isZero();
    JsonNode config = new ObjectMapper().readTree(dense.resolve("config.json").toFile());
    assertThat(config.path("attention_bias").asBoolean()).isTrue();
    assertThat(config.path("mlp_bias").asBoolean()).isTrue();
    assertThat(Cli.perplexity(dense)).isEqualTo(perplexity);
    Cli.Result gguf =
        export(out, "gguf", folder.resolve("plus.gguf"), "--outtype", "f16", "--no-tokenizer");
    assertThat(gguf.code()).as(gguf.err()).isZero();
    Cli.Result foreign = export(out, "hqq", folder.resolve("foreign"));
    assertThat(foreign.code()).isEqualTo(2);
    assertThat(foreign.err()).contains("is stored as low-rank");

    Path tuned = folder.resolve("tuned");
    List<Object> tune = new ArrayList<>(List.of("tune", out, "--reference", "tiny"));
    tune.addAll(List.of("--dataset", "tiny", "--steps", 2, "--batch", 2, "--seqlen", 32));
    tune.addAll(List.of("--out", tuned));
    Cli.Result run = Cli.run(tune.toArray());
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(Cli.perplexity(tuned)).isCloseTo(perplexity, within(0.2 * perplexity));
  }

  @Test
  void withoutBiasesTheDenseModelHasNone() throws IOException {
    Path out = folder.resolve("plain");
    Cli.Result trained = train(out, "--no-train-bias", "--merge-zero", "--groupsize", -1);
    assertThat(trained.code()).as(trained.err()).isZero();
    assertThat(trained.out()).doesNotContain("zero points");
    Path dense = folder.resolve("hf");
    Cli.Result exported = export(out, "hf", dense, "--dtype", "f32");
    assertThat(exported.code()).as(exported.err()).isZero();
    JsonNode config = new ObjectMapper().readTree(dense.resolve("config.json").toFile());
    assertThat(config.path("attention_bias").asBoolean()).isFalse();
    assertThat(Cli.perplexity(dense)).isEqualTo(Cli.perplexity(out));
  }

  @Test
  void aStartGivesTheCodes() {
    Path start = folder.resolve("hqq");
    Cli.run("quantize", "tiny", "--method", "hqq", "--bits", 2, "--groupsize", 8, "--out", start);
    Path out = folder.resolve("plus");
    Cli.Result trained = train(out, "--start", start);
    assertThat(trained.code()).as(trained.err()).isZero();
    Cli.Result twice = train(folder.resolve("no"), "--start", start, "--bits", 2);
    assertThat(twice.code()).isEqualTo(2);
    assertThat(twice.err()).contains("--start brings its codes");
    Cli.Result other = train(folder.resolve("no"), "--start", out);
    assertThat(other.code()).isEqualTo(2);
    assertThat(other.err()).contains("is stored as low-rank: a result of method hqq is needed");
    assertThat(folder.resolve("no")).doesNotExist();
  }

  @Test
  void mistakesAreToldInOneLine() {
    refused("--attention-rank 200 is more than the rank of a layer of", "--attention-rank", 200);
    refused("--mlp-rank 0 is not at least 1", "--mlp-rank", 0);
    refused("--groupsize 7 does not divide", "--groupsize", 7);
    refused("9 is none of 8, 6, 5", "--bits", 9);
    refused("--merge-zero needs groups of whole rows or columns", "--merge-zero");
    refused("--loss", "--loss", "mse");
    refused("--dropout 1.0 is not at least 0 and below 1", "--dropout", 1);
    refused("--layer", "--layer", "xnor");
    Cli.Result method = Cli.run("train", "tiny", "--method", "onebit", "--mlp-rank", 4);
    assertThat(method.code()).isEqualTo(2);
    assertThat(method.err()).contains("--mlp-rank");
  }

  private void refused(String message, Object... options) {
    Cli.Result result = train(folder.resolve("no"), options);
    assertThat(result.code()).as(message).isEqualTo(2);
    assertThat(result.err()).contains(message);
    assertThat(folder.resolve("no")).doesNotExist();
  }
}
