package dev.pbq.core.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.PackedCheckpoint;
import dev.pbq.core.checkpoint.ShardSize;
import dev.pbq.core.data.Calibration;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.DecoderBlock;
import dev.pbq.core.model.Engines;
import dev.pbq.core.model.Linear;
import dev.pbq.core.model.LinearInput;
import dev.pbq.core.model.LinearInputTap;
import dev.pbq.core.model.TokenEmbedding;
import dev.pbq.core.quant.CalibrationNeed;
import dev.pbq.core.quant.Quantizer;
import dev.pbq.core.tensor.WeightSource;
import dev.pbq.core.testkit.SyntheticModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which weights the Hessians of a block come from, with and without true-sequential. */
class TrueSequentialTest {
  private static final int WINDOWS = 5;
  private static final int TOKENS = 24;

  @TempDir private Path folder;

  /** What one run gave its quantizer, and where its result lies. */
  private record Run(Map<String, double[][]> hessians, Path output) {}

  @ParameterizedTest
  @ValueSource(strings = {"llama", "opt"})
  void everyHessianIsThatOfABlockWhoseEarlierLinearsAreQuantized(String family) throws IOException {
    ModelFolder source = model(family);
    checkByHand(source, run(source, true), true);
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama", "opt"})
  void byDefaultEveryHessianIsThatOfTheUnquantizedBlock(String family) throws IOException {
    ModelFolder source = model(family);
    checkByHand(source, run(source, false), false);
  }

  @Test
  void onlyTheFirstInputIsTheSameInBothModes() throws IOException {
    ModelFolder source = model("llama");
    Map<String, double[][]> together = run(source, false).hessians();
    Map<String, double[][]> sequential = run(source, true).hessians();
    assertThat(sequential.keySet()).isEqualTo(together.keySet());
    for (LinearInput input : causal(source).linearInputs(0)) {
      for (String linear : input.linears().stream().map(Linear::name).toList()) {
        boolean first = input.name().endsWith("qkv");
        assertThat(Arrays.deepEquals(sequential.get(linear), together.get(linear)))
            .as(linear)
            .isEqualTo(first);
      }
    }
  }

  @Test
  void layersLeftOutStayUnquantizedInThePasses() throws IOException {
    ModelFolder source = model("llama");
    LinearSelection selection =
        new LinearSelection(
            0, Integer.MAX_VALUE, "", false, List.of(Pattern.compile("k_proj|gate_proj|o_proj")));
    Run run = run(source, true, selection, "none");
    assertThat(run.hessians().keySet()).noneMatch(name -> name.contains("o_proj")).hasSize(12);
    checkByHand(source, run, true);
  }

  @Test
  void whatIsQuantizedWithoutAHessianIsQuantizedInLaterPassesToo() throws IOException {
    ModelFolder source = model("llama");
    Run run = run(source, true, LinearSelection.all(), ".*(o_proj|layers\\.1\\..*|up_proj)");
    assertThat(run.hessians().keySet()).hasSize(10);
    checkByHand(source, run, true);
  }

  @Test
  void dataFreeMethodsAreRefused() throws IOException {
    CausalModel model = causal(model("llama"));
    Quantizer dataFree = new HessianRecorder(CalibrationNeed.NONE);
    QuantizationPlan plan = QuantizationPlan.of(model, LinearSelection.all(), name -> dataFree);
    assertThatThrownBy(plan::trueSequential)
        .isInstanceOfSatisfying(
            PbqException.class, e -> assertThat(e.kind()).isEqualTo(PbqException.Kind.USAGE))
        .hasMessageContainingAll("trueSequential", "data-free");
  }

  @Test
  void oneRoundForEachInputAndForTheEstimateMoreTimeAndNoMoreMemory() throws IOException {
    CausalModel model = causal(model("llama"));
    Quantizer recorder = new HessianRecorder(CalibrationNeed.HESSIAN);
    QuantizationPlan together = QuantizationPlan.of(model, LinearSelection.all(), name -> recorder);
    QuantizationPlan sequential = together.trueSequential();
    assertThat(together.blocks()).allSatisfy(b -> assertThat(b.rounds()).hasSize(1));
    assertThat(sequential.blocks()).allSatisfy(b -> assertThat(b.rounds()).hasSize(4));
    assertThat(sequential.linears()).isEqualTo(together.linears().toList());
    assertThat(sequential.trueSequential()).isEqualTo(sequential);

    PlanEstimate before = PlanEstimate.of(model, together, 1000, 8, 64, 2, RunMemory.USUAL);
    PlanEstimate after = PlanEstimate.of(model, sequential, 1000, 8, 64, 2, RunMemory.USUAL);
    assertThat(after.floatingPointOperations()).isGreaterThan(before.floatingPointOperations());
    assertThat(after.memoryBytes()).isLessThan(before.memoryBytes());
    assertThat(after.workBytes()).isEqualTo(before.workBytes());
    assertThat(after.outputBytes()).isEqualTo(before.outputBytes());
  }

  private ModelFolder model(String family) throws IOException {
    Path path = folder.resolve(family);
    return family.equals("opt") ? SyntheticModel.opt(path, 3) : SyntheticModel.llama(path, 3);
  }

  private static CausalModel causal(ModelFolder source) {
    return Architectures.of(source.config(), "synthetic");
  }

  private Run run(ModelFolder source, boolean trueSequential) {
    return run(source, trueSequential, LinearSelection.all(), "none");
  }

  /**
   * Quantizes.
   *
   * @param dataFreeLinears regular expression for the whole names of those whose method needs no
   *     Hessian
   */
  private Run run(
      ModelFolder source,
      boolean trueSequential,
      LinearSelection selection,
      String dataFreeLinears) {
    CausalModel model = causal(source);
    HessianRecorder recorder = new HessianRecorder(CalibrationNeed.HESSIAN);
    HessianRecorder dataFree = new HessianRecorder(CalibrationNeed.NONE);
    QuantizationPlan together =
        QuantizationPlan.of(
            model, selection, name -> name.matches(dataFreeLinears) ? dataFree : recorder);
    Path output = folder.resolve(trueSequential ? "sequential" : "together");
    RunSettings settings =
        new RunSettings(
            "synthetic",
            recorder.name(),
            new ObjectMapper().createObjectNode(),
            "test",
            new RunOutput(output, false, true, ShardSize.DEFAULT, Map.of()));
    try (Checkpoint weights = Checkpoint.open(source.path())) {
      new QuantizationRun(
              source,
              weights,
              model,
              trueSequential ? together.trueSequential() : together,
              Optional.of(new Calibration(windows(), "random", "as is", 0, "none")),
              settings,
              ProgressListener.SILENT)
          .run(Engines::newManager);
    }
    return new Run(recorder.seen(), output);
  }

  private static int[][] windows() {
    Random random = new Random(7);
    return Stream.generate(() -> random.ints(TOKENS, 0, SyntheticModel.VOCABULARY).toArray())
        .limit(WINDOWS)
        .toArray(int[][]::new);
  }

  /**
   * Recomputes every Hessian from whole blocks: blocks before come from the result, and of the
   * block itself those linears that must have been quantized.
   */
  private static void checkByHand(ModelFolder source, Run run, boolean trueSequential)
      throws IOException {
    CausalModel model = causal(source);
    Set<String> checked = new HashSet<>();
    try (Checkpoint original = Checkpoint.open(source.path());
        PackedCheckpoint result = PackedCheckpoint.open(ModelFolder.open(run.output()));
        NDManager manager = Engines.newManager()) {
      NDArray hidden;
      try (TokenEmbedding embedding = model.embedding(manager, original)) {
        hidden = embedding.embed(manager, windows());
      }
      for (int b = 0; b < model.blocks(); b++) {
        Set<String> quantized = new HashSet<>();
        for (LinearInput input : model.linearInputs(b)) {
          double[][] expected =
              hessian(
                  model, b, new MixedWeights(original, result, quantized), input, hidden, manager);
          for (String linear : input.linears().stream().map(Linear::name).toList()) {
            if (run.hessians().containsKey(linear)) {
              assertSame(linear, run.hessians().get(linear), expected);
              checked.add(linear);
            }
          }
          if (trueSequential) {
            input.linears().forEach(linear -> quantized.add(linear.weight()));
          }
        }
        try (DecoderBlock finished = model.block(manager, result, b);
            NDArray before = hidden) {
          hidden = finished.forward(before, LinearInputTap.NONE);
        }
      }
    }
    assertThat(checked).isNotEmpty().isEqualTo(run.hessians().keySet());
  }

  /** (2/n) X^T X of one input, in float64. */
  private static double[][] hessian(
      CausalModel model,
      int index,
      WeightSource weights,
      LinearInput wanted,
      NDArray hidden,
      NDManager manager) {
    int n = wanted.features();
    double[][] h = new double[n][n];
    try (DecoderBlock block = model.block(manager, weights, index);
        NDArray output =
            block.forward(
                hidden,
                (input, x, sequences, tokens) -> {
                  if (!input.equals(wanted)) {
                    return;
                  }
                  float[] row = new float[n];
                  for (int t = 0; t < sequences * tokens; t++) {
                    x.get(row);
                    for (int i = 0; i < n; i++) {
                      for (int j = 0; j < n; j++) {
                        h[i][j] += 2.0 / WINDOWS * row[i] * row[j];
                      }
                    }
                  }
                })) {
      assertThat(output.getShape()).isEqualTo(hidden.getShape());
    }
    return h;
  }

  private static void assertSame(String linear, double[][] actual, double[][] expected) {
    double largest = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, expected[i][i]);
    }
    assertThat(largest).isPositive();
    for (int i = 0; i < expected.length; i++) {
      for (int j = 0; j < expected.length; j++) {
        assertThat(actual[i][j])
            .as("%s [%d, %d]", linear, i, j)
            .isCloseTo(expected[i][j], within(2e-6 * largest));
      }
    }
  }
}
