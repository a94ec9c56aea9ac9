package dev.pbq.core.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.PackedCheckpoint;
import dev.pbq.core.checkpoint.ShardSize;
import dev.pbq.core.checkpoint.WeightFiles;
import dev.pbq.core.data.Calibration;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.Engines;
import dev.pbq.core.model.VocabularyTable;
import dev.pbq.core.quant.CalibrationNeed;
import dev.pbq.core.quant.LinearProblem;
import dev.pbq.core.quant.Quantization;
import dev.pbq.core.quant.Quantizer;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Embedding and head through a run, in models of several families, tied and not. */
class TablesPipelineTest {
  private static final Path MODELS = Path.of("src/test/resources/architectures");

  private static final LinearSelection NO_LINEAR =
      new LinearSelection(0, Integer.MAX_VALUE, "", false, List.of(Pattern.compile("^")));

  @TempDir private Path folder;

  @BeforeAll
  static void oneThread() {
    Engines.setThreads(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt2", "gemma2", "granite", "mixtral", "gpt-oss", "deepseek-v3"})
  void everyTableIsStoredOnceAndReadAsItIsStored(String name) throws IOException {
    ModelFolder source = ModelFolder.open(MODELS.resolve(name));
    HessianRecorder recorder = new HessianRecorder(CalibrationNeed.HESSIAN);
    QuantizationReport report = run(source, recorder, LinearSelection.all(), "packed", false);
    CausalModel model = Architectures.of(source.config(), "config");
    try (Checkpoint original = Checkpoint.open(source.path());
        PackedCheckpoint result =
            PackedCheckpoint.open(ModelFolder.open(folder.resolve("packed")))) {
      List<VocabularyTable> tables = VocabularyTables.of(source, original, model.layout());
      assertThat(tables.stream().filter(t -> t.use().isEmbedding())).hasSize(1);
      assertThat(tables.stream().filter(t -> t.use().isHead())).hasSize(1);
      assertThat(report.vocabulary().tables().stream().map(LinearOutcome::name))
          .containsExactlyElementsOf(tables.stream().map(VocabularyTable::name).toList());
      long bits = 0;
      for (VocabularyTable table : tables) {
        float[] expected =
            HessianRecorder.rounded(original.readMatrix(table.weight())).dequantize().data();
        assertThat(result.holdsLinear(table.name())).isTrue();
        assertThat(result.read(table.weight())).as(table.name()).isEqualTo(expected);
        float[] row = new float[2 * table.cols()];
        result.readRows(table.weight(), 3, 2, FloatBuffer.wrap(row));
        assertThat(row).isEqualTo(Arrays.copyOfRange(expected, 3 * table.cols(), 5 * table.cols()));
        bits += result.packed(table.name()).bits().total();
      }
      assertThat(report.vocabulary().storedBytes()).isEqualTo(bits / 8);
      assertThat(report.vocabulary().modelShare())
          .isEqualTo(bits / 8.0 / report.size().modelBytes());
      assertThat(report.linears()).noneMatch(LinearOutcome::isOutside);
      assertThat(report.size().modelBytes()).isEqualTo(Files.size(weights("packed")));
    }
  }

  @Test
  void calibrationWindowsEnterTheFirstBlockThroughTheStoredEmbedding() {
    ModelFolder source = ModelFolder.open(MODELS.resolve("mixtral"));
    HessianRecorder plain = new HessianRecorder(CalibrationNeed.HESSIAN);
    HessianRecorder stored = new HessianRecorder(CalibrationNeed.HESSIAN);
    HessianRecorder first = new HessianRecorder(CalibrationNeed.HESSIAN);
    run(source, plain, List.of(), LinearSelection.all(), "plain", false);
    run(source, stored, LinearSelection.all(), "stored", false);
    run(source, first, NO_LINEAR, "tables", false);
    // The same run on a model whose tables are what the first run stored.
    Path dense = folder.resolve("dense");
    DenseFolder.write(ModelFolder.open(folder.resolve("tables")), dense, false, ShardSize.DEFAULT);
    HessianRecorder after = new HessianRecorder(CalibrationNeed.HESSIAN);
    run(ModelFolder.open(dense), after, List.of(), LinearSelection.all(), "after", false);

    String query = "model.layers.0.self_attn.q_proj";
    double[][] expected = after.seen().get(query);
    double[][] found = stored.seen().get(query);
    // The dense folder rounds to fp16: Hessians agree to three digits, and differ from the plain.
    assertThat(distance(found, expected)).isLessThan(2e-3);
    assertThat(distance(plain.seen().get(query), expected)).isGreaterThan(0.05);
  }

  /** A run that breaks off after the tables, or a block later, ends with the same bytes. */
  @ParameterizedTest
  @CsvSource({"model.layers.0, NONE", "model.layers.1, NONE", "model.layers.0, HESSIAN"})
  void aRunThatBreaksOffResumesToTheSameBytes(String at, CalibrationNeed need) throws IOException {
    ModelFolder source = ModelFolder.open(MODELS.resolve("mixtral"));
    HessianRecorder whole = new HessianRecorder(CalibrationNeed.HESSIAN);
    List<PlannedTable> tables;
    try (Checkpoint weights = Checkpoint.open(source.path())) {
      CausalModel model = Architectures.of(source.config(), "config");
      tables = tables(source, weights, model, new HessianRecorder(need));
    }
    run(source, whole, tables, LinearSelection.all(), "whole", false);
    Breaking broken = new Breaking(whole, at);
    assertThatThrownBy(() -> run(source, broken, tables, LinearSelection.all(), "resumed", false))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("power cut");
    assertThat(Files.readAllLines(folder.resolve("resumed.partial").resolve(Journal.FILE)))
        .hasSize(at.endsWith("0") ? 2 : 3);
    Breaking sound = new Breaking(whole, "nowhere");
    QuantizationReport report = run(source, sound, tables, LinearSelection.all(), "resumed", true);
    assertThat(weights("resumed")).hasSameBinaryContentAs(weights("whole"));
    assertThat(report.vocabulary().tables()).hasSize(1);
  }

  @Test
  void tablesAloneAreARunAndNothingAtAllIsNone() {
    ModelFolder source = ModelFolder.open(MODELS.resolve("gpt2"));
    HessianRecorder recorder = new HessianRecorder(CalibrationNeed.HESSIAN);
    QuantizationReport report = run(source, recorder, NO_LINEAR, "tables", false);
    assertThat(report.linears()).isEmpty();
    assertThat(report.size().storedBits()).isZero();
    assertThat(report.vocabulary().tables()).hasSize(1);
    assertThatThrownBy(() -> run(source, recorder, List.of(), NO_LINEAR, "nothing", false))
        .isInstanceOf(PbqException.class)
        .hasMessageContaining("no linear layer is selected");
  }

  @Test
  void tablesAreCountedBeforeTheRun() {
    ModelFolder source = ModelFolder.open(MODELS.resolve("mixtral"));
    CausalModel model = Architectures.of(source.config(), "config");
    HessianRecorder method = new HessianRecorder(CalibrationNeed.HESSIAN);
    try (Checkpoint weights = Checkpoint.open(source.path())) {
      List<PlannedTable> tables = tables(source, weights, model);
      QuantizationPlan with =
          QuantizationPlan.of(model, LinearSelection.all(), name -> method, tables);
      QuantizationPlan without = QuantizationPlan.of(model, LinearSelection.all(), name -> method);
      long bits = tables.stream().mapToLong(t -> 2 * t.weights()).sum();
      assertThat(with.estimatedTableBits()).isEqualTo(bits);
      assertThat(with.trueSequential().tables()).isEqualTo(tables);
      PlanEstimate plain = PlanEstimate.of(model, without, 1000, 1, 8, 2, RunMemory.USUAL);
      PlanEstimate more = PlanEstimate.of(model, with, 1000, 1, 8, 2, RunMemory.USUAL);
      assertThat(more.outputBytes() - plain.outputBytes()).isBetween(bits / 8, bits / 8 + 1);
      assertThat(more.workBytes()).isGreaterThan(plain.workBytes());
    }
  }

  private static double distance(double[][] a, double[][] b) {
    double difference = 0;
    double norm = 0;
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < a.length; j++) {
        difference += (a[i][j] - b[i][j]) * (a[i][j] - b[i][j]);
        norm += b[i][j] * b[i][j];
      }
    }
    return Math.sqrt(difference / norm);
  }

  private Path weights(String output) {
    return folder.resolve(output).resolve(WeightFiles.PACKED.single());
  }

  private static List<PlannedTable> tables(
      ModelFolder source, Checkpoint weights, CausalModel model) {
    return tables(source, weights, model, new HessianRecorder(CalibrationNeed.NONE));
  }

  private static List<PlannedTable> tables(
      ModelFolder source, Checkpoint weights, CausalModel model, HessianRecorder method) {
    return VocabularyTables.of(source, weights, model.layout()).stream()
        .map(table -> new PlannedTable(table, method))
        .toList();
  }

  private QuantizationReport run(
      ModelFolder source,
      Quantizer method,
      LinearSelection selection,
      String output,
      boolean resume) {
    CausalModel model = Architectures.of(source.config(), "config");
    try (Checkpoint weights = Checkpoint.open(source.path())) {
      return run(source, method, tables(source, weights, model), selection, output, resume);
    }
  }

  private QuantizationReport run(
      ModelFolder source,
      Quantizer method,
      List<PlannedTable> tables,
      LinearSelection selection,
      String output,
      boolean resume) {
    CausalModel model = Architectures.of(source.config(), "config");
    RunSettings settings =
        new RunSettings(
            "random",
            method.name(),
            new ObjectMapper().createObjectNode(),
            "test",
            new RunOutput(folder.resolve(output), resume, false, ShardSize.DEFAULT, Map.of()));
    int[][] windows = {new Random(5).ints(40, 0, model.vocabularySize()).toArray()};
    try (Checkpoint weights = Checkpoint.open(source.path())) {
      return new QuantizationRun(
              source,
              weights,
              model,
              QuantizationPlan.of(model, selection, name -> method, tables),
              Optional.of(new Calibration(windows, "random", "as is", 0, "none")),
              settings,
              ProgressListener.SILENT)
          .run(Engines::newManager);
    }
  }

  /** A method that breaks off at the first linear of a block. */
  private record Breaking(Quantizer method, String at) implements Quantizer {
    @Override
    public String name() {
      return method.name();
    }

    @Override
    public CalibrationNeed calibrationNeed() {
      return method.calibrationNeed();
    }

    @Override
    public void checkFits(String layer, int rows, int cols) {
      method.checkFits(layer, rows, cols);
    }

    @Override
    public double paperBits(int rows, int cols) {
      return method.paperBits(rows, cols);
    }

    @Override
    public long estimateStoredBits(int rows, int cols) {
      return method.estimateStoredBits(rows, cols);
    }

    @Override
    public Quantization quantize(LinearProblem problem) {
      if (problem.name().startsWith(at)) {
        throw new IllegalStateException("power cut");
      }
      return method.quantize(problem);
    }
  }
}
