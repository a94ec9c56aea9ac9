package dev.pbq.core.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.ShardSize;
import dev.pbq.core.data.Calibration;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.Engines;
import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.quant.CalibrationNeed;
import dev.pbq.core.quant.LinearProblem;
import dev.pbq.core.quant.Quantization;
import dev.pbq.core.tensor.FloatMatrix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** However little is in memory at once, the result is the same; and less of it takes less. */
class RunMemoryTest {
  private static final int WINDOWS = 5;
  private static final int TOKENS = 30;

  /** What the 70 billion weights of Llama 2 are in. */
  private static final String LARGE =
      """
      {"model_type": "llama", "hidden_size": 8192, "intermediate_size": 28672,
       "num_hidden_layers": 80, "num_attention_heads": 64, "num_key_value_heads": 8,
       "vocab_size": 32000, "max_position_embeddings": 4096, "rms_norm_eps": 1e-5}
      """;

  /** Rounds to two bits; what it stores depends on every bit of the Hessian's diagonal. */
  private record Scaled(CalibrationNeed calibrationNeed) implements TwoBits {
    @Override
    public String name() {
      return "scaled";
    }

    @Override
    public Quantization quantize(LinearProblem problem) {
      FloatMatrix scaled = FloatMatrix.zeros(problem.weight().rows(), problem.weight().cols());
      for (int i = 0; i < scaled.data().length; i++) {
        scaled.data()[i] = problem.weight().data()[i];
      }
      problem
          .hessian()
          .ifPresent(
              h -> {
                double[] diagonal = h.diagonal();
                for (int c = 0; c < diagonal.length; c++) {
                  scaled.data()[c] *= (float) (1 + diagonal[c]);
                }
              });
      return new Quantization(HessianRecorder.rounded(scaled), Map.of());
    }
  }

  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource(CalibrationNeed.class)
  void everyChoiceGivesTheSameTensors(CalibrationNeed need) throws IOException {
    ModelFolder source = ModelFolder.open(Path.of("src/test/resources/architectures/mixtral"));
    Map<RunMemory, Map<String, String>> digests = new LinkedHashMap<>();
    for (RunMemory choice : RunMemory.choices(3)) {
      digests.put(choice, digests(source, need, choice, digests.size()));
    }
    Map<String, String> usual = digests.get(RunMemory.USUAL);
    assertThat(usual).isNotEmpty();
    assertThat(digests.size()).isGreaterThan(15);
    digests.forEach((choice, found) -> assertThat(found).as("%s", choice).isEqualTo(usual));
  }

  private Map<String, String> digests(
      ModelFolder source, CalibrationNeed need, RunMemory choice, int number) throws IOException {
    CausalModel model = Architectures.of(source.config(), "config");
    QuantizationPlan plan =
        QuantizationPlan.of(model, LinearSelection.all(), name -> new Scaled(need));
    Random random = new Random(5);
    int[][] windows = new int[WINDOWS][];
    for (int w = 0; w < WINDOWS; w++) {
      windows[w] = random.ints(TOKENS, 0, model.vocabularySize()).toArray();
    }
    Path scratch = Files.createDirectories(folder.resolve("work" + number));
    RunSettings settings =
        new RunSettings(
            "random",
            "recorder",
            new ObjectMapper().createObjectNode(),
            "test",
            new RunOutput(scratch, false, true, ShardSize.DEFAULT, Map.of()));
    try (Checkpoint weights = Checkpoint.open(source.path())) {
      QuantizationRun run =
          new QuantizationRun(
              source,
              weights,
              model,
              plan,
              Optional.of(new Calibration(windows, "random", "as is", 0, "none")),
              Optional.empty(),
              settings,
              new RunMeans(choice, Optional.empty()),
              ProgressListener.SILENT);
      return Parallel.withThreads(3, () -> run.digests(scratch, Engines::newManager));
    }
  }

  @Test
  void largeBlocksFitWhereTheyMust() throws IOException {
    QuantizationPlan plan = large();
    long usual = estimate(plan, RunMemory.USUAL).memoryBytes();
    long least =
        RunMemory.choices(2).stream()
            .mapToLong(choice -> estimate(plan, choice).memoryBytes())
            .min()
            .orElseThrow();
    assertThat(usual).isLessThan(24_000_000_000L);
    assertThat(least).isLessThan(usual * 9 / 10);
    // Weights of the block in float32, and one Hessian of the widest input.
    assertThat(least).isGreaterThan(4L * 855_638_016 + 4L * 28672 * 28672);
  }

  @Test
  void fewerThingsSideBySideTakeLessMemoryAndMoreTime() throws IOException {
    QuantizationPlan plan = large();
    List<RunMemory> falling =
        List.of(
            RunMemory.USUAL,
            new RunMemory(2L << 30, true, 2, 2, true, 0),
            new RunMemory(0, true, 2, 2, false, 0),
            new RunMemory(0, true, 2, 1, false, 0),
            new RunMemory(0, true, 1, 1, false, 0));
    for (int i = 1; i < falling.size(); i++) {
      PlanEstimate before = estimate(plan, falling.get(i - 1));
      PlanEstimate after = estimate(plan, falling.get(i));
      assertThat(after.memoryBytes()).as("%s", i).isLessThanOrEqualTo(before.memoryBytes());
      assertThat(after.seconds(2)).as("%s", i).isGreaterThanOrEqualTo(before.seconds(2));
    }
    assertThat(plan.extraPasses(RunMemory.USUAL)).isZero();
    assertThat(plan.extraPasses(falling.get(2))).isEqualTo(3);
  }

  private static QuantizationPlan large() throws IOException {
    JsonNode config = new ObjectMapper().readTree(LARGE);
    HessianRecorder method = new HessianRecorder(CalibrationNeed.HESSIAN);
    return QuantizationPlan.of(
        Architectures.of(config, "config"), LinearSelection.all(), name -> method);
  }

  private static PlanEstimate estimate(QuantizationPlan plan, RunMemory choice) {
    try {
      CausalModel model = Architectures.of(new ObjectMapper().readTree(LARGE), "config");
      return PlanEstimate.of(model, plan, 0, 128, 2048, 2, choice);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
