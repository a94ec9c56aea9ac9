package dev.pbq.core.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.ShardSize;
import dev.pbq.core.data.Calibration;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.DecoderBlock;
import dev.pbq.core.model.Engines;
import dev.pbq.core.model.LanguageHead;
import dev.pbq.core.model.LinearInputTap;
import dev.pbq.core.model.TokenEmbedding;
import dev.pbq.core.model.VocabularyTable;
import dev.pbq.core.quant.CalibrationNeed;
import dev.pbq.core.tensor.FloatMatrix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Heads that are calibrated with what the original model's final norm gives. */
class HeadCalibrationTest {
  private static final Path MODELS = Path.of("src/test/resources/architectures");
  private static final LinearSelection NO_LINEAR =
      new LinearSelection(0, Integer.MAX_VALUE, "", false, List.of(Pattern.compile("^")));

  @TempDir private Path folder;

  @BeforeAll
  static void oneThread() {
    Engines.setThreads(1);
  }

  /** trace(W H W^T) is twice the mean over windows of the sum of squared logits. */
  @ParameterizedTest
  @ValueSource(strings = {"mixtral", "gpt2", "gpt-oss", "deepseek-v3"})
  void theHessianIsThatOfTheHeadsInputs(String name) {
    ModelFolder source = ModelFolder.open(MODELS.resolve(name));
    HessianRecorder recorder = new HessianRecorder(CalibrationNeed.HESSIAN);
    QuantizationReport report = run(source, recorder, LinearSelection.all(), "packed");
    CausalModel model = Architectures.of(source.config(), "config");
    try (Checkpoint weights = Checkpoint.open(source.path())) {
      VocabularyTable head = head(source, weights, model);
      double[][] h = recorder.seen().get(head.name());
      double expected = 0;
      for (int[] window : windows(model)) {
        for (float logit : logits(model, weights, window)) {
          expected += (double) logit * logit;
        }
      }
      assertThat(trace(h, weights.readMatrix(head.weight())))
          .isCloseTo(expected, within(2e-5 * expected));
      LinearOutcome outcome =
          report.vocabulary().tables().stream()
              .filter(t -> t.name().equals(head.name()))
              .findFirst()
              .orElseThrow();
      assertThat(outcome.errorMetric()).isEqualTo("output");
    }
    if (name.equals("gpt-oss")) {
      // A model with two tables: the other one is looked up alone.
      assertThat(recorder.weights()).containsKey("lm_head");
      assertThat(recorder.seen()).doesNotContainKey("model.embed_tokens");
    }
  }

  @Test
  void whereNoLinearIsCalibratedTheHeadIs() throws IOException {
    ModelFolder source = ModelFolder.open(MODELS.resolve("mixtral"));
    HessianRecorder alone = new HessianRecorder(CalibrationNeed.HESSIAN);
    run(source, alone, NO_LINEAR, "alone");
    HessianRecorder all = new HessianRecorder(CalibrationNeed.HESSIAN);
    run(source, all, LinearSelection.all(), "all");
    assertThat(alone.seen()).containsOnlyKeys("model.embed_tokens");
    assertThat(alone.seen().get("model.embed_tokens"))
        .isEqualTo(all.seen().get("model.embed_tokens"));
    try (var files = Files.list(folder.resolve("alone"))) {
      assertThat(files.filter(BlockStore::isScratch)).isEmpty();
    }
  }

  @Test
  void itsPassIsCountedBeforeTheRun() {
    ModelFolder source = ModelFolder.open(MODELS.resolve("mixtral"));
    CausalModel model = Architectures.of(source.config(), "config");
    try (Checkpoint weights = Checkpoint.open(source.path())) {
      PlanEstimate free = estimate(model, source, weights, CalibrationNeed.NONE);
      PlanEstimate calibrated = estimate(model, source, weights, CalibrationNeed.HESSIAN);
      assertThat(calibrated.floatingPointOperations())
          .isGreaterThan(free.floatingPointOperations());
      assertThat(calibrated.workBytes() - free.workBytes())
          .isEqualTo(2L * 4 * 3 * 16 * model.hiddenSize());
      assertThat(calibrated.memoryBytes()).isGreaterThan(free.memoryBytes());
    }
  }

  @Test
  void anEmbeddingThatIsOnlyLookedUpCannotBe() {
    VocabularyTable table =
        new VocabularyTable("model.embed_tokens", 8, 4, VocabularyTable.Use.EMBEDDING);
    HessianRecorder method = new HessianRecorder(CalibrationNeed.HESSIAN);
    assertThatThrownBy(() -> new PlannedTable(table, method))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("model.embed_tokens");
  }

  private static PlanEstimate estimate(
      CausalModel model, ModelFolder source, Checkpoint weights, CalibrationNeed need) {
    List<PlannedTable> tables = tables(source, weights, model, new HessianRecorder(need));
    HessianRecorder linears = new HessianRecorder(CalibrationNeed.NONE);
    QuantizationPlan plan =
        QuantizationPlan.of(model, LinearSelection.all(), name -> linears, tables);
    return PlanEstimate.of(model, plan, 1000, 3, 16, 2, RunMemory.USUAL);
  }

  private static double trace(double[][] h, FloatMatrix w) {
    double sum = 0;
    for (int r = 0; r < w.rows(); r++) {
      for (int i = 0; i < h.length; i++) {
        for (int j = 0; j < h.length; j++) {
          sum += (double) w.get(r, i) * h[i][j] * w.get(r, j);
        }
      }
    }
    return sum;
  }

  private static float[] logits(CausalModel model, Checkpoint weights, int[] window) {
    try (NDManager manager = Engines.newManager();
        TokenEmbedding embedding = model.embedding(manager, weights);
        LanguageHead head = model.head(manager, weights)) {
      NDArray hidden = embedding.embed(manager, new int[][] {window});
      for (int b = 0; b < model.blocks(); b++) {
        try (DecoderBlock block = model.block(manager, weights, b)) {
          hidden = block.forward(hidden, LinearInputTap.NONE);
        }
      }
      return head.logits(hidden).toFloatArray();
    }
  }

  private static VocabularyTable head(ModelFolder source, Checkpoint weights, CausalModel model) {
    return VocabularyTables.of(source, weights, model.layout()).stream()
        .filter(t -> t.use().isHead())
        .findFirst()
        .orElseThrow();
  }

  private static List<PlannedTable> tables(
      ModelFolder source, Checkpoint weights, CausalModel model, HessianRecorder ofHeads) {
    HessianRecorder plain = new HessianRecorder(CalibrationNeed.NONE);
    return VocabularyTables.of(source, weights, model.layout()).stream()
        .map(table -> new PlannedTable(table, table.use().isHead() ? ofHeads : plain))
        .toList();
  }

  /** Two windows, so that the factor of the Hessian is 1. */
  private static int[][] windows(CausalModel model) {
    Random random = new Random(5);
    int[][] windows = new int[2][];
    for (int w = 0; w < windows.length; w++) {
      windows[w] = random.ints(40, 0, model.vocabularySize()).toArray();
    }
    return windows;
  }

  private QuantizationReport run(
      ModelFolder source, HessianRecorder ofHeads, LinearSelection selection, String output) {
    CausalModel model = Architectures.of(source.config(), "config");
    RunSettings settings =
        new RunSettings(
            "random",
            "recorder",
            new ObjectMapper().createObjectNode(),
            "test",
            new RunOutput(folder.resolve(output), false, false, ShardSize.DEFAULT, Map.of()));
    try (Checkpoint weights = Checkpoint.open(source.path())) {
      List<PlannedTable> tables = tables(source, weights, model, ofHeads);
      return new QuantizationRun(
              source,
              weights,
              model,
              QuantizationPlan.of(model, selection, name -> ofHeads, tables),
              Optional.of(new Calibration(windows(model), "random", "as is", 0, "none")),
              settings,
              ProgressListener.SILENT)
          .run(Engines::newManager);
    }
  }
}
