package dev.pbq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.data.Percentage.withPercentage;

import dev.pbq.core.PbqException;
import dev.pbq.core.pipeline.PlanEstimate;
import dev.pbq.core.pipeline.ProgressListener;
import dev.pbq.core.pipeline.QuantizationReport;
import dev.pbq.eval.PerplexityResult;
import dev.pbq.eval.distance.DistanceResult;
import dev.pbq.eval.run.TextModel;
import dev.pbq.eval.tasks.TaskResult;
import dev.pbq.export.ExportReport;
import dev.pbq.workflow.inspect.PackedContents;
import dev.pbq.workflow.quantize.Existing;
import dev.pbq.workflow.recipe.Recipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The library as a program uses it, on the model built in. */
class PbqTest {
  private static final OptionalInt WINDOWS = OptionalInt.of(4);

  private final Pbq pbq = Pbq.local().withThreads(2);
  @TempDir private Path folder;

  private static Recipe gptq() {
    return Recipe.of("gptq").set("bits", 4).set("groupsize", 64).calibratedOn("tiny", 4, 64);
  }

  @Test
  void aModelIsQuantizedMeasuredExportedAndRun() throws IOException {
    Model original = pbq.model("tiny");
    PlanEstimate estimate = original.estimate(gptq());
    Model quantized = original.quantize(gptq(), folder.resolve("q"));

    QuantizationReport report = quantized.report().orElseThrow();
    assertThat(report.method()).isEqualTo("gptq");
    assertThat(original.report()).isEmpty();
    assertThat(estimate.outputBytes()).isCloseTo(report.size().modelBytes(), withPercentage(5));

    PerplexityResult full = original.perplexity("tiny", OptionalInt.of(64), WINDOWS);
    PerplexityResult own = quantized.perplexity("tiny", OptionalInt.of(64), WINDOWS);
    assertThat(own.windows()).isEqualTo(4);
    assertThat(own.perplexity()).isBetween(0.9 * full.perplexity(), 1.2 * full.perplexity());

    DistanceResult distance = quantized.distanceFrom(original, "tiny", OptionalInt.of(64), WINDOWS);
    assertThat(distance.statistics().kl().mean()).isGreaterThan(0);
    assertThat(distance.statistics().perplexity().ratio())
        .isCloseTo(own.perplexity() / full.perplexity(), within(1e-6));

    PackedContents contents = quantized.inspect().packed().orElseThrow();
    assertThat(contents.method()).isEqualTo("gptq");
    assertThat(contents.storedBitsPerWeight()).isCloseTo(report.size().storedBits(), within(1e-9));
    assertThat(original.inspect().packed()).isEmpty();

    ExportReport exported = quantized.export("hf", folder.resolve("dense"));
    assertThat(exported.target()).isEqualTo(folder.resolve("dense"));
    assertThat(pbq.model(folder.resolve("dense")).inspect().packed()).isEmpty();

    String text = quantized.generate("The ", 8);
    assertThat(text).isNotBlank();
    try (TextModel opened = quantized.open()) {
      assertThat(opened.positions()).isGreaterThan(8);
    }
    assertThat(Files.readString(folder.resolve("q/pbq-recipe.toml")))
        .contains("method = \"gptq\"", "groupsize = 64", "nsamples = 4");
  }

  @Test
  void tasksAreMeasuredFromAFile() throws IOException {
    Path rows = folder.resolve("copa.jsonl");
    Files.writeString(
        rows,
        """
        {"premise": "It rained.", "choice1": "The street was wet.", "choice2": "The cat sang.", \
        "question": "effect", "label": 0}
        """);
    List<TaskResult> results =
        pbq.model("tiny").tasks(List.of("copa=" + rows), OptionalInt.empty());
    assertThat(results).hasSize(1);
    assertThat(results.get(0).acc().mean()).isIn(0.0, 1.0);
  }

  @Test
  void whatACommandRefusesIsRefusedBeforeAnyWork() throws IOException {
    Model original = pbq.model("tiny");
    Path output = folder.resolve("q");

    refused(() -> original.quantize(gptq().set("bits", 9), output), PbqException.Kind.USAGE);
    refused(() -> original.quantize(gptq().set("bitz", 4), output), PbqException.Kind.USAGE);
    refused(() -> original.quantize(Recipe.of("none"), output), PbqException.Kind.USAGE);
    refused(
        () -> original.quantize(gptq().calibratedOn("tiny", 4, 1 << 20), output),
        PbqException.Kind.USAGE);

    Path text = Files.writeString(folder.resolve("short.txt"), "too short");
    refused(
        () -> original.quantize(gptq().calibratedOn(text.toString(), 4, 64), output),
        PbqException.Kind.BAD_DATA);
    refused(() -> pbq.model(folder.resolve("missing")), PbqException.Kind.NOT_FOUND);
    assertThat(output).doesNotExist();

    Model quantized = original.quantize(Recipe.of("rtn").set("bits", 4), output);
    refused(
        () -> quantized.quantize(Recipe.of("rtn"), folder.resolve("twice")),
        PbqException.Kind.BAD_DATA);
    refused(() -> original.quantize(Recipe.of("rtn"), output), PbqException.Kind.USAGE);

    // The layout of HQQ's program has no sign of it in the configuration.
    Model hqq = original.quantize(Recipe.of("hqq").set("bits", 4), folder.resolve("hqq"));
    hqq.export("hqq", folder.resolve("foreign"));
    Model foreign = pbq.model(folder.resolve("foreign"));
    refused(
        () -> foreign.quantize(Recipe.of("rtn"), folder.resolve("again")),
        PbqException.Kind.BAD_DATA);

    Path incomplete = Files.createDirectory(folder.resolve("incomplete"));
    try (Stream<Path> files = Files.list(original.path())) {
      for (Path file : files.toList()) {
        Files.copy(file, incomplete.resolve(file.getFileName()));
      }
    }
    Path config = incomplete.resolve("config.json");
    Files.writeString(
        config,
        Files.readString(config)
            .replaceFirst("\"num_hidden_layers\"\\s*:\\s*\\d+", "\"num_hidden_layers\": 40"));
    refused(
        () -> pbq.model(incomplete).quantize(Recipe.of("rtn"), folder.resolve("lacking")),
        PbqException.Kind.NOT_FOUND);
  }

  private static void refused(Runnable attempt, PbqException.Kind kind) {
    assertThatThrownBy(attempt::run)
        .isInstanceOfSatisfying(PbqException.class, e -> assertThat(e.kind()).isEqualTo(kind));
  }

  @Test
  void aCancelledRunResumesToTheSameBytes() throws IOException {
    CancelAfterFirstBlock listener = new CancelAfterFirstBlock();
    Model original = pbq.withListener(listener).model("tiny");
    Path output = folder.resolve("q");
    refused(() -> original.quantize(gptq(), output), PbqException.Kind.CANCELLED);
    assertThat(output).doesNotExist();
    assertThat(folder.resolve("q.partial")).exists();

    listener.cancelled = false;
    original.quantize(gptq(), output, Existing.RESUME);
    assertThat(listener.resumedWith).isEqualTo(1);
    pbq.model("tiny").quantize(gptq(), folder.resolve("whole"));
    assertThat(weights(output)).isEqualTo(weights(folder.resolve("whole")));
  }

  private static Map<String, List<Byte>> weights(Path folder) throws IOException {
    Map<String, List<Byte>> files = new HashMap<>();
    try (Stream<Path> all = Files.list(folder)) {
      for (Path file : all.filter(f -> f.toString().endsWith(".safetensors")).toList()) {
        List<Byte> bytes = new ArrayList<>();
        for (byte b : Files.readAllBytes(file)) {
          bytes.add(b);
        }
        files.put(file.getFileName().toString(), bytes);
      }
    }
    return files;
  }

  /** Lets one block be finished, unless told to go on. */
  private static final class CancelAfterFirstBlock implements PbqListener {
    private volatile boolean cancelled;
    private boolean armed = true;
    private int resumedWith;

    @Override
    public boolean isCancelled() {
      return cancelled;
    }

    @Override
    public ProgressListener quantization() {
      return new ProgressListener() {
        @Override
        public void started(int blocks, int finishedBlocks) {
          resumedWith = finishedBlocks;
        }

        @Override
        public void blockDone(int block, double seconds) {
          if (armed) {
            cancelled = true;
            armed = false;
          }
        }
      };
    }
  }

  @Test
  void evaluationsAreCancelledToo() {
    Model model =
        pbq.withListener(
                new PbqListener() {
                  @Override
                  public boolean isCancelled() {
                    return true;
                  }
                })
            .model("tiny");
    refused(() -> model.perplexity("tiny", 64), PbqException.Kind.CANCELLED);
    refused(() -> model.generate("The ", 4), PbqException.Kind.CANCELLED);
    refused(() -> model.export("hf", folder.resolve("x")), PbqException.Kind.CANCELLED);
    assertThat(folder.resolve("x")).doesNotExist();
  }
}
