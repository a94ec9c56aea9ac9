package dev.pbq.train.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.ResolvedModel;
import dev.pbq.core.checkpoint.ShardSize;
import dev.pbq.core.checkpoint.WeightFiles;
import dev.pbq.core.data.CalibrationText;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.pipeline.RunOutput;
import dev.pbq.core.quant.SettingsReader;
import dev.pbq.eval.run.Running;
import dev.pbq.tiny.TinyModel;
import dev.pbq.train.method.OneBit;
import dev.pbq.train.method.OneBitSettings;
import dev.pbq.train.method.PbQat;
import dev.pbq.train.method.PbQatSettings;
import dev.pbq.train.method.TrainingDefaults;
import dev.pbq.train.method.TrainingMethod;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a plan means, and runs of the ways in which one may differ from the plainest. */
class TrainingPlanTest {
  private static final TrainingDefaults DEFAULTS =
      new TrainingDefaults(1e-4, 2, 4, 2048, 1000, steps -> steps / 20);
  private static final TrainingPlan SHORT =
      TrainingPlan.DEFAULT.withSteps(4).withWindows(2, 1, 32).withRate(1e-3, 1).withHeldOut(4);

  @TempDir private Path temporary;

  private Path folder;
  private CalibrationText text;

  @BeforeEach
  void unpack() {
    folder = TinyModel.unpack(temporary.resolve("tiny"));
    text = CalibrationText.of("text", TinyModel.calibrationText());
  }

  private static TrainingPlan plan(String json) throws IOException {
    return SettingsReader.read(
        "train", TrainingPlan.class, (ObjectNode) new ObjectMapper().readTree(json));
  }

  private static TrainingSettings settings(TrainingPlan plan, int windows) {
    return plan.settings(DEFAULTS, plan.windows(DEFAULTS, 512), windows, () -> 0.04);
  }

  private TrainingRun run(
      TrainingMethod method, TrainingPlan plan, TrainingData data, TrainingProgress progress) {
    ResolvedModel tiny = new ResolvedModel("tiny", "tiny", folder, "built in");
    return new TrainingRun(tiny, method, plan, data, Running.of(1, Long.MAX_VALUE), progress);
  }

  private RunOutput output(String name, boolean resume) {
    return new RunOutput(
        temporary.resolve(name), resume, false, ShardSize.DEFAULT, Map.of("note", new byte[] {1}));
  }

  @Test
  void whatIsNotGivenIsTheMethods() {
    TrainingSettings made = settings(TrainingPlan.DEFAULT, 100);
    assertThat(made.schedule().steps()).isEqualTo(1000);
    assertThat(made.schedule().warmup()).isEqualTo(50);
    assertThat(made.schedule().peak()).isEqualTo(1e-4);
    assertThat(made.tokens()).isEqualTo(512);
    assertThat(made.keepBest()).isFalse();
  }

  @Test
  void epochsBecomeStepsAndTheRateFollowsTheWeights() throws IOException {
    TrainingSettings made =
        settings(plan("{'epochs': 2.5, 'lr': 'auto', 'batch': 3, 'accumulate': 2}", '\''), 100);
    assertThat(made.schedule().steps()).isEqualTo(42);
    assertThat(made.schedule().peak()).isCloseTo(2e-4, within(1e-12));
  }

  private static TrainingPlan plan(String json, char quote) throws IOException {
    return plan(json.replace(quote, '"'));
  }

  @Test
  void contradictionsAndNonsenseAreRefusedByName() {
    String[][] bad = {
      {"{'steps': 3, 'epochs': 1}", "exclude each other"},
      {"{'lr': 'fast'}", "neither a number above 0 nor auto"},
      {"{'lr': '-1'}", "neither a number above 0 nor auto"},
      {"{'batch': 0}", "not at least 1"},
      {"{'clip': 0}", "not above 0"},
      {"{'keep': 'all'}", "none of last, best"},
      {"{'stepz': 3}", "no option"}
    };
    for (String[] pair : bad) {
      assertThatThrownBy(() -> plan(pair[0], '\''))
          .isInstanceOf(PbqException.class)
          .hasMessageContaining(pair[1]);
    }
  }

  @Test
  void aRunThatIsStoppedSavesItsStepAndGoesOnToTheSameBytes() throws IOException {
    TrainingPlan plan = SHORT.withSteps(24).withKeep(TrainingPlan.Keep.BEST);
    TrainingData data = TrainingData.of(text);
    run(PbQat.open(PbQatSettings.DEFAULT), plan, data, TrainingProgress.SILENT)
        .run(output("whole", false));
    TrainingProgress stopping =
        new TrainingProgress() {
          private int last;

          @Override
          public void step(CurvePoint point) {
            last = point.step();
          }

          @Override
          public boolean stops() {
            return last == 5;
          }
        };
    TrainingRun stopped = run(PbQat.open(PbQatSettings.DEFAULT), plan, data, stopping);
    assertThatThrownBy(() -> stopped.run(output("stopped", false)))
        .isInstanceOfSatisfying(
            PbqException.class, e -> assertThat(e.kind()).isEqualTo(PbqException.Kind.CANCELLED))
        .hasMessageContaining("step 5");
    int[] first = {-1};
    run(
            PbQat.open(PbQatSettings.DEFAULT),
            plan,
            data,
            point -> first[0] = first[0] < 0 ? point.step() : first[0])
        .run(output("stopped", true));
    assertThat(first[0]).isEqualTo(6);
    for (String file : new String[] {WeightFiles.PACKED.single(), LossCurve.FILE, "note"}) {
      assertThat(temporary.resolve("stopped").resolve(file))
          .hasSameBinaryContentAs(temporary.resolve("whole").resolve(file));
    }
  }

  @Test
  void theBestStateIsKeptAndMayBeTheStart() {
    TrainingPlan harmful = SHORT.withSteps(10).withRate(0.5, 0).withKeep(TrainingPlan.Keep.BEST);
    TrainingResult result =
        run(
                PbQat.open(PbQatSettings.DEFAULT),
                harmful,
                TrainingData.of(text),
                TrainingProgress.SILENT)
            .run(output("harmed", false));
    assertThat(result.step()).isZero();
    assertThat(result.heldOutAfter()).isEqualTo(result.heldOutBefore());
  }

  @Test
  void noStepsMakeTheStart() {
    TrainingResult result =
        run(
                new OneBit(OneBitSettings.DEFAULT),
                SHORT.withSteps(0).withRate(1e-3, 0),
                TrainingData.of(text),
                TrainingProgress.SILENT)
            .run(output("start", false));
    assertThat(result.curve()).hasSize(1);
    assertThat(result.heldOutAfter()).isEqualTo(result.heldOutBefore());
  }

  @Test
  void theTeachersTextsAreTheSameInEveryRunAndTrainTheStudent() throws IOException {
    TrainingData data = new TrainingData(Optional.empty(), 40, Optional.empty());
    TrainingPlan plan = SHORT.withSteps(6);
    for (String name : new String[] {"one", "two"}) {
      TrainingResult result =
          run(new OneBit(OneBitSettings.DEFAULT), plan, data, TrainingProgress.SILENT)
              .run(output(name, false));
      assertThat(result.heldOutAfter()).isLessThan(result.heldOutBefore());
    }
    assertThat(temporary.resolve("one").resolve(WeightFiles.PACKED.single()))
        .hasSameBinaryContentAs(temporary.resolve("two").resolve(WeightFiles.PACKED.single()));
    assertThat(temporary.resolve("one").resolve(WrittenTokens.FILE)).doesNotExist();
  }

  @Test
  void aTeacherWithOtherTokensIsRefused() throws IOException {
    Path other = temporary.resolve("other");
    TinyModel.unpack(other);
    ObjectMapper mapper = new ObjectMapper();
    Path teacher;
    try (var found = Files.walk(other)) {
      teacher = found.filter(f -> f.endsWith("config.json")).findFirst().orElseThrow().getParent();
    }
    ModelFolder same = ModelFolder.open(teacher);
    TrainingData data = new TrainingData(Optional.of(text), 0, Optional.of(same));
    TrainingResult taught =
        run(new OneBit(OneBitSettings.DEFAULT), SHORT, data, TrainingProgress.SILENT)
            .run(output("taught", false));
    assertThat(taught.heldOutAfter()).isLessThan(taught.heldOutBefore());
    Path tokenizer = teacher.resolve("tokenizer.json");
    ObjectNode changed = (ObjectNode) mapper.readTree(Files.readString(tokenizer));
    changed.putNull("pre_tokenizer");
    Files.writeString(tokenizer, mapper.writeValueAsString(changed));
    TrainingData foreign =
        new TrainingData(Optional.of(text), 0, Optional.of(ModelFolder.open(teacher)));
    TrainingRun run =
        run(new OneBit(OneBitSettings.DEFAULT), SHORT, foreign, TrainingProgress.SILENT);
    assertThatThrownBy(() -> run.run(output("foreign", false)))
        .isInstanceOf(PbqException.class)
        .hasMessageContaining("cannot be the teacher");
  }

  @Test
  void whatItWouldTakeIsKnownBefore() {
    TrainingRun run =
        run(
            new OneBit(OneBitSettings.DEFAULT),
            SHORT,
            TrainingData.of(text),
            TrainingProgress.SILENT);
    ModelFolder model = ModelFolder.open(folder);
    TrainingEstimate estimate = run.estimate(Architectures.of(model.config(), "tiny"));
    TrainingResult result = run.run(output("made", false));
    assertThat(estimate.linears()).isEqualTo(result.report().linears().size());
    assertThat(estimate.storedBits())
        .isEqualTo(result.report().linears().stream().mapToLong(l -> l.storedBits()).sum());
    assertThat(estimate.steps()).isEqualTo(4);
  }
}
