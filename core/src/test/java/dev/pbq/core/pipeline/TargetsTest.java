package dev.pbq.core.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import dev.pbq.core.model.Role;
import dev.pbq.core.model.TokenEmbedding;
import dev.pbq.core.quant.CalibrationNeed;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.core.tensor.WeightSource;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Targets that see the error so far, computed again from whole blocks in two streams. */
class TargetsTest {
  private static final int WINDOWS = 10;
  private static final int TOKENS = 20;

  @TempDir private Path folder;

  @BeforeAll
  static void oneThread() {
    Engines.setThreads(1);
  }

  /** What one run gave its quantizer, its report, and where its result lies. */
  private record Run(HessianRecorder recorder, QuantizationReport report, Path output) {
    double blend(String linear) {
      return report.linears().stream()
          .filter(l -> l.name().equals(linear))
          .findFirst()
          .orElseThrow()
          .diagnostics()
          .get("targetBlend");
    }
  }

  /** A sequential block, a factor of the sums, norms behind the halves, latents, experts. */
  @ParameterizedTest
  @ValueSource(strings = {"phi3-longrope", "granite", "gemma2", "deepseek-v3", "mixtral"})
  void everyWeightSolvesTheNormalEquationsOfTwoStreams(String family) throws IOException {
    ModelFolder source = model(family);
    Run run = run(source, Targets.QUANTIZED, WINDOWS);
    CausalModel model = Architectures.of(source.config(), "config");
    int moved = 0;
    try (Checkpoint original = Checkpoint.open(source.path());
        PackedCheckpoint result = PackedCheckpoint.open(ModelFolder.open(run.output()));
        NDManager manager = Engines.newManager();
        TokenEmbedding embedding = model.embedding(manager, original)) {
      NDArray x = embedding.embed(manager, windows(WINDOWS));
      NDArray xh = x;
      for (int b = 0; b < model.blocks(); b++) {
        Set<String> quantized = new HashSet<>();
        for (LinearInput input : model.linearInputs(b)) {
          WeightSource partly = new MixedWeights(model.layout().view(original), result, quantized);
          for (Linear linear : input.linears()) {
            FloatMatrix w = model.layout().view(original).readMatrix(linear.weight());
            FloatMatrix given = run.recorder().weights().get(linear.name());
            if (input.routed() || run.blend(linear.name()) == 1) {
              assertThat(given.data()).as(linear.name()).isEqualTo(w.data());
              continue;
            }
            try (DecoderBlock before = model.block(manager, original, b);
                DecoderBlock after = model.block(manager, partly, b)) {
              Seen seen = new Seen(input);
              before.forward(x, seen.original()).close();
              after.forward(xh, seen.quantized()).close();
              assertThat(seen.hasResidual())
                  .as(linear.name())
                  .isEqualTo(writesToResidual(linear) && !family.equals("gemma2"));
              seen.check(linear.name(), w, given, run.blend(linear.name()));
            }
            moved++;
          }
          input.linears().forEach(linear -> quantized.add(linear.weight()));
        }
        try (DecoderBlock before = model.block(manager, original, b);
            DecoderBlock after = model.block(manager, result, b)) {
          x = before.forward(x, LinearInputTap.NONE);
          xh = after.forward(xh, LinearInputTap.NONE);
        }
      }
    }
    assertThat(moved).as("linears with other targets").isGreaterThan(3);
  }

  private static boolean writesToResidual(Linear linear) {
    return Set.of(Role.ATTENTION_OUT, Role.DOWN, Role.FC2).contains(linear.role())
        && !linear.name().contains("shared_experts");
  }

  /**
   * Nothing has been quantized before the first input: the weight is the original's, bit for bit.
   */
  @Test
  void theFirstInputHasTheOriginalWeights() throws IOException {
    ModelFolder source = model("phi3-longrope");
    Run run = run(source, Targets.QUANTIZED, WINDOWS);
    Run plain = run(source, Targets.ORIGINAL, WINDOWS);
    CausalModel model = Architectures.of(source.config(), "config");
    List<Linear> first = model.linearInputs(0).get(0).linears();
    for (Linear linear : first) {
      assertThat(run.blend(linear.name())).isEqualTo(1);
      assertThat(run.recorder().weights().get(linear.name()))
          .isEqualTo(plain.recorder().weights().get(linear.name()));
      assertThat(
              Arrays.deepEquals(
                  run.recorder().seen().get(linear.name()),
                  plain.recorder().seen().get(linear.name())))
          .as("its Hessian is that of all windows")
          .isTrue();
    }
    assertThat(plain.report().linears()).allMatch(l -> !l.diagnostics().containsKey("targetBlend"));
  }

  @Test
  void oneWindowIsRefusedAndLeavesNothing() throws IOException {
    ModelFolder source = model("phi3-longrope");
    assertThatThrownBy(() -> run(source, Targets.QUANTIZED, 1))
        .isInstanceOfSatisfying(
            PbqException.class, e -> assertThat(e.kind()).isEqualTo(PbqException.Kind.USAGE))
        .hasMessageContainingAll("targets", "at least 2", "nsamples", "1");
    assertThat(folder).isEmptyDirectory();
    assertThat(run(source, Targets.QUANTIZED, 2).report().linears()).isNotEmpty();
  }

  @Test
  void heldOutWindowsAreEveryEighthOrTheLast() {
    assertThat(held(2)).containsExactly(1);
    assertThat(held(7)).containsExactly(6);
    assertThat(held(8)).containsExactly(7);
    assertThat(held(25)).containsExactly(7, 15, 23);
  }

  private static List<Integer> held(int windows) {
    HeldOut heldOut = new HeldOut(windows);
    List<Integer> found =
        Stream.iterate(0, w -> w + 1).limit(windows).filter(heldOut::contains).toList();
    assertThat(heldOut.count()).isEqualTo(found.size());
    return found;
  }

  @Test
  void theEstimateKnowsOfTheSecondStream() throws IOException {
    CausalModel model = Architectures.of(model("phi3-longrope").config(), "config");
    QuantizationPlan together =
        QuantizationPlan.of(
            model, LinearSelection.all(), name -> new HessianRecorder(CalibrationNeed.HESSIAN));
    QuantizationPlan plan = together.quantizedTargets();
    assertThat(plan.blocks()).isEqualTo(together.trueSequential().blocks());
    TargetsEstimate estimate = TargetsEstimate.of(model, plan, 8, 64);
    PlanEstimate before = PlanEstimate.of(model, plan, 1000, 8, 64, 2, RunMemory.USUAL);
    PlanEstimate after = before.plus(estimate);
    assertThat(after.memoryBytes() - before.memoryBytes()).isEqualTo(estimate.memoryBytes());
    assertThat(after.workBytes() - before.workBytes())
        .isEqualTo(2L * 4 * 8 * 64 * model.hiddenSize());
    assertThat(estimate.floatingPointOperations())
        .isGreaterThan(before.floatingPointOperations() / 2);
    assertThatThrownBy(() -> TargetsEstimate.of(model, plan, 1, 64))
        .isInstanceOf(PbqException.class);
  }

  private static ModelFolder model(String family) {
    return ModelFolder.open(Path.of("src/test/resources/architectures", family));
  }

  private Run run(ModelFolder source, Targets targets, int count) {
    CausalModel model = Architectures.of(source.config(), "config");
    HessianRecorder recorder = new HessianRecorder(CalibrationNeed.HESSIAN);
    QuantizationPlan plan =
        QuantizationPlan.of(model, LinearSelection.all(), name -> recorder).trueSequential();
    Path output = folder.resolve(targets.name());
    RunSettings settings =
        new RunSettings(
            "synthetic",
            recorder.name(),
            new ObjectMapper().createObjectNode(),
            "test",
            new RunOutput(output, false, true, ShardSize.DEFAULT, Map.of()));
    try (Checkpoint weights = Checkpoint.open(source.path())) {
      QuantizationReport report =
          new QuantizationRun(
                  source,
                  weights,
                  model,
                  targets == Targets.QUANTIZED ? plan.quantizedTargets() : plan,
                  Optional.of(new Calibration(windows(count), "random", "as is", 0, "none")),
                  settings,
                  ProgressListener.SILENT)
              .run(Engines::newManager);
      return new Run(recorder, report, output);
    }
  }

  private static int[][] windows(int count) {
    Random random = new Random(7);
    return Stream.generate(() -> random.ints(TOKENS, 0, 40).toArray())
        .limit(count)
        .toArray(int[][]::new);
  }

  /** What both streams show of an input. */
  private static final class Seen {
    private final LinearInput input;
    private final Map<String, double[]> values = new HashMap<>();
    private float factor;

    Seen(LinearInput input) {
      this.input = input;
    }

    boolean hasResidual() {
      return values.containsKey("r");
    }

    LinearInputTap original() {
      return tap("x", "r");
    }

    LinearInputTap quantized() {
      return tap("xh", "rh");
    }

    private LinearInputTap tap(String of, String residual) {
      return new LinearInputTap() {
        @Override
        public void accept(LinearInput shown, FloatBuffer x, int sequences, int tokens) {
          if (shown.equals(input)) {
            values.put(of, copy(x));
          }
        }

        @Override
        public boolean wantsResidual(LinearInput shown) {
          return shown.equals(input);
        }

        @Override
        public void residual(LinearInput shown, FloatBuffer r, float times, int tokens) {
          values.put(residual, copy(r));
          factor = times;
        }
      };
    }

    private static double[] copy(FloatBuffer values) {
      double[] copy = new double[values.remaining()];
      for (int i = 0; i < copy.length; i++) {
        copy[i] = values.get(values.position() + i);
      }
      return copy;
    }

    /** (V / (1 - e)) (H + d I) = W P + R / factor, V being what was added to W. */
    void check(String name, FloatMatrix w, FloatMatrix given, double blend) {
      int n = w.cols();
      int m = w.rows();
      int tokens = WINDOWS * TOKENS;
      double[] x = values.get("x");
      double[] xh = values.get("xh");
      double[][] h = new double[n][n];
      double[][] e = new double[m][n];
      double mean = 0;
      for (int t = 0; t < tokens; t++) {
        double[] lacks = new double[m];
        for (int i = 0; i < m; i++) {
          for (int k = 0; k < n; k++) {
            lacks[i] += w.get(i, k) * (x[t * n + k] - xh[t * n + k]);
          }
          if (hasResidual()) {
            lacks[i] += (values.get("r")[t * m + i] - values.get("rh")[t * m + i]) / factor;
          }
        }
        for (int k = 0; k < n; k++) {
          for (int j = 0; j < n; j++) {
            h[j][k] += 2.0 / WINDOWS * xh[t * n + j] * xh[t * n + k];
          }
          for (int i = 0; i < m; i++) {
            e[i][k] += 2.0 / WINDOWS * lacks[i] * xh[t * n + k];
          }
        }
      }
      for (int k = 0; k < n; k++) {
        mean += h[k][k] / n;
      }
      double largest = 0;
      double worst = 0;
      for (int i = 0; i < m; i++) {
        for (int k = 0; k < n; k++) {
          double v = ((double) given.get(i, k) - w.get(i, k)) / (1 - blend);
          double left = 0.01 * mean * v;
          for (int j = 0; j < n; j++) {
            left += ((double) given.get(i, j) - w.get(i, j)) / (1 - blend) * h[j][k];
          }
          largest = Math.max(largest, Math.abs(e[i][k]));
          worst = Math.max(worst, Math.abs(left - e[i][k]));
        }
      }
      assertThat(largest).as(name).isPositive();
      assertThat(worst).as(name).isLessThan(2e-4 * largest);
    }
  }
}
