package dev.pbq.core.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.PackedCheckpoint;
import dev.pbq.core.checkpoint.ShardSize;
import dev.pbq.core.checkpoint.UnknownTensors;
import dev.pbq.core.data.Calibration;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.DecoderBlock;
import dev.pbq.core.model.Engines;
import dev.pbq.core.model.LanguageHead;
import dev.pbq.core.model.Linear;
import dev.pbq.core.model.LinearInputTap;
import dev.pbq.core.model.TokenEmbedding;
import dev.pbq.core.quant.CalibrationNeed;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.core.tensor.Half;
import dev.pbq.core.tensor.WeightSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
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
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A model of every family through a run: each linear of the result is the quantized linear of the
 * original, whatever form files hold it in, everything else has the original's bytes, and the
 * result runs, packed and dense.
 */
class FamiliesPipelineTest {
  @TempDir private Path folder;

  @BeforeAll
  static void oneThread() {
    Engines.setThreads(1);
  }

  /** All causal models of the reference data, or those among the test's resources. */
  static List<Path> models() throws IOException {
    Path shared = Path.of(System.getProperty("pbq.shared", "missing"), "golden", "architectures");
    Path root = Files.isDirectory(shared) ? shared : Path.of("src/test/resources/architectures");
    try (Stream<Path> list = Files.list(root)) {
      List<Path> models = list.filter(FamiliesPipelineTest::isCausal).sorted().toList();
      assertThat(models).hasSizeGreaterThan(5);
      return models;
    }
  }

  private static boolean isCausal(Path path) {
    try {
      JsonNode expected = new ObjectMapper().readTree(path.resolve("expected.json").toFile());
      String type = ModelFolder.open(path).modelType().orElseThrow();
      return !expected.get("kind").textValue().equals("classifier")
          && Architectures.supported().contains(type);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void everyFamilyIsPackedAndRuns(Path path) throws IOException {
    ModelFolder source = ModelFolder.open(path);
    HessianRecorder recorder = new HessianRecorder(CalibrationNeed.HESSIAN);
    Path output = run(source, recorder, LinearSelection.all(), 40, false);
    CausalModel model = Architectures.of(source.config(), "config");
    List<Linear> linears = List.copyOf(model.layout().linears());
    assertThat(recorder.seen().keySet())
        .containsExactlyInAnyOrderElementsOf(linears.stream().map(Linear::name).toList());
    ModelFolder packed = ModelFolder.open(output);
    Path dense = folder.resolve("dense");
    DenseFolder.write(packed, dense, false, ShardSize.DEFAULT);
    try (Checkpoint original = Checkpoint.open(path);
        PackedCheckpoint result = PackedCheckpoint.open(packed);
        Checkpoint written = Checkpoint.open(dense)) {
      WeightSource before = model.layout().view(original);
      WeightSource after = model.layout().view(result);
      WeightSource rounded = model.layout().view(written);
      for (Linear linear : linears) {
        FloatMatrix expected =
            HessianRecorder.rounded(before.readMatrix(linear.weight())).dequantize();
        assertThat(after.readMatrix(linear.weight()).data())
            .as(linear.name())
            .isEqualTo(expected.data());
        assertThat(rounded.readMatrix(linear.weight()).data())
            .as("%s, dense", linear.name())
            .isEqualTo(halves(expected.data()));
      }
      checkTheRest(model, original, result.stored(), written);
      assertThat(UnknownTensors.of(model.layout().knownTensors(), result.names()).names())
          .filteredOn(name -> !name.contains("vision_tower") && !name.contains("projector"))
          .isEmpty();
      assertThat(logits(model, result)).doesNotContain(Float.NaN);
      assertThat(logits(model, written)).doesNotContain(Float.NaN);
    }
  }

  /** What is no linear has the original's bytes, and the dense folder the original's shapes. */
  private static void checkTheRest(
      CausalModel model, Checkpoint original, Checkpoint packed, Checkpoint dense) {
    Set<String> holders = new HashSet<>();
    for (Linear linear : model.layout().linears()) {
      holders.add(original.info(model.layout().holder(linear, original::contains)).name());
    }
    for (String name : original.names()) {
      assertThat(dense.shape(name)).as(name).isEqualTo(original.shape(name));
      if (!holders.contains(name)) {
        int bytes = Math.toIntExact(original.info(name).byteCount());
        assertThat(packed.bytes(name, 0, bytes)).as(name).isEqualTo(original.bytes(name, 0, bytes));
      }
    }
  }

  @Test
  void withoutCalibrationTheWeightsAreTheSame() throws IOException {
    for (String name : List.of("gpt2", "gpt-oss", "mixtral")) {
      ModelFolder source = ModelFolder.open(Path.of("src/test/resources/architectures", name));
      CausalModel model = Architectures.of(source.config(), "config");
      HessianRecorder dataFree = new HessianRecorder(CalibrationNeed.NONE);
      Path output = run(source, dataFree, LinearSelection.all(), 40, false);
      try (Checkpoint original = Checkpoint.open(source.path());
          PackedCheckpoint result = PackedCheckpoint.open(ModelFolder.open(output))) {
        for (Linear linear : model.layout().linears()) {
          FloatMatrix weight = model.layout().view(original).readMatrix(linear.weight());
          assertThat(model.layout().view(result).readMatrix(linear.weight()).data())
              .as(linear.name())
              .isEqualTo(HessianRecorder.rounded(weight).dequantize().data());
        }
      }
    }
  }

  /** A stack of experts of which some stay as they are is kept beside the quantized ones. */
  @Test
  void aStackThatIsQuantizedInPartIsKept() throws IOException {
    ModelFolder source = ModelFolder.open(Path.of("src/test/resources/architectures/gpt-oss"));
    CausalModel model = Architectures.of(source.config(), "config");
    LinearSelection selection =
        new LinearSelection(
            0, Integer.MAX_VALUE, "", false, List.of(Pattern.compile("gate_up_proj\\.2")));
    Path output = run(source, new HessianRecorder(CalibrationNeed.NONE), selection, 40, false);
    String stack = "model.layers.0.mlp.experts.gate_up_proj";
    try (Checkpoint original = Checkpoint.open(source.path());
        PackedCheckpoint result = PackedCheckpoint.open(ModelFolder.open(output))) {
      WeightSource before = model.layout().view(original);
      WeightSource after = model.layout().view(result);
      assertThat(after.read(stack + ".2.weight")).isEqualTo(before.read(stack + ".2.weight"));
      assertThat(after.read(stack + ".1.weight")).isNotEqualTo(before.read(stack + ".1.weight"));
      assertThat(result.contains(stack)).isTrue();
      assertThat(result.contains("model.layers.0.mlp.experts.down_proj")).isFalse();
    }
  }

  @Test
  void anExpertIsCalibratedWithItsTokensUnlessTheyAreTooFew() throws IOException {
    ModelFolder source = ModelFolder.open(Path.of("src/test/resources/architectures/mixtral"));
    for (boolean sequential : List.of(false, true)) {
      HessianRecorder many = new HessianRecorder(CalibrationNeed.HESSIAN);
      run(source, many, LinearSelection.all(), 60, sequential);
      HessianRecorder few = new HessianRecorder(CalibrationNeed.HESSIAN);
      run(source, few, LinearSelection.all(), 3, sequential);
      String first = "model.layers.0.block_sparse_moe.experts.0.w1";
      for (int e = 1; e < 4; e++) {
        String other = "model.layers.0.block_sparse_moe.experts." + e + ".w1";
        assertThat(Arrays.deepEquals(many.seen().get(first), many.seen().get(other))).isFalse();
        // Three windows' tokens are too few for any expert: all have the block's own Hessian.
        assertThat(Arrays.deepEquals(few.seen().get(first), few.seen().get(other))).isTrue();
      }
    }
  }

  /** However many passes the experts' Hessians take, starved experts among them or not. */
  @Test
  void passesGiveWhatOnePassGives() throws IOException {
    ModelFolder source = ModelFolder.open(Path.of("src/test/resources/architectures/mixtral"));
    for (int tokens : List.of(12, 90)) {
      HessianRecorder together = new HessianRecorder(CalibrationNeed.HESSIAN);
      run(source, together, LinearSelection.all(), tokens, false);
      HessianRecorder apart = new HessianRecorder(CalibrationNeed.HESSIAN);
      RunMemory little = new RunMemory(1, true, 1, 1, false, 0);
      run(source, apart, LinearSelection.all(), tokens, false, little);
      assertThat(apart.seen().keySet()).isEqualTo(together.seen().keySet());
      together
          .seen()
          .forEach(
              (linear, hessian) ->
                  assertThat(Arrays.deepEquals(apart.seen().get(linear), hessian))
                      .as(linear)
                      .isTrue());
    }
  }

  private Path run(
      ModelFolder source,
      HessianRecorder method,
      LinearSelection selection,
      int tokens,
      boolean sequential) {
    return run(source, method, selection, tokens, sequential, RunMemory.USUAL);
  }

  private Path run(
      ModelFolder source,
      HessianRecorder method,
      LinearSelection selection,
      int tokens,
      boolean sequential,
      RunMemory memory) {
    CausalModel model = Architectures.of(source.config(), "config");
    QuantizationPlan plan = QuantizationPlan.of(model, selection, name -> method);
    Path output = folder.resolve("packed");
    RunSettings settings =
        new RunSettings(
            "random",
            method.name(),
            new ObjectMapper().createObjectNode(),
            "test",
            new RunOutput(output, false, true, ShardSize.DEFAULT, Map.of()));
    Random random = new Random(5);
    int[][] windows = {random.ints(tokens, 0, model.vocabularySize()).toArray()};
    try (Checkpoint weights = Checkpoint.open(source.path())) {
      new QuantizationRun(
              source,
              weights,
              model,
              sequential ? plan.trueSequential() : plan,
              Optional.of(new Calibration(windows, "random", "as is", 0, "none")),
              Optional.empty(),
              settings,
              new RunMeans(memory, Optional.empty()),
              ProgressListener.SILENT)
          .run(Engines::newManager);
    }
    return output;
  }

  private static float[] logits(CausalModel model, WeightSource weights) {
    try (NDManager manager = Engines.newManager();
        TokenEmbedding embedding = model.embedding(manager, weights);
        LanguageHead head = model.head(manager, weights)) {
      NDArray x = embedding.embed(manager, new int[][] {{1, 2, 3, 4, 5}});
      for (int b = 0; b < model.blocks(); b++) {
        try (DecoderBlock block = model.block(manager, weights, b)) {
          x = block.forward(x, LinearInputTap.NONE);
        }
      }
      return head.logits(x).toFloatArray();
    }
  }

  private static float[] halves(float[] values) {
    float[] rounded = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      rounded[i] = Half.toFloat(Half.fromFloat(values[i]));
    }
    return rounded;
  }
}
