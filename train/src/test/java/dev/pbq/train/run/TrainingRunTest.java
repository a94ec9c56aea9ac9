package dev.pbq.train.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.PackedCheckpoint;
import dev.pbq.core.checkpoint.ResolvedModel;
import dev.pbq.core.checkpoint.ShardSize;
import dev.pbq.core.checkpoint.WeightFiles;
import dev.pbq.core.data.CalibrationText;
import dev.pbq.core.packed.BitKind;
import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.core.pipeline.RunOutput;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.core.tensor.LinearForm;
import dev.pbq.eval.run.Running;
import dev.pbq.tiny.TinyModel;
import dev.pbq.train.layer.TrainableLinear;
import dev.pbq.train.method.OneBit;
import dev.pbq.train.method.OneBitSettings;
import dev.pbq.train.method.PbQat;
import dev.pbq.train.method.PbQatSettings;
import dev.pbq.train.method.TrainingDefaults;
import dev.pbq.train.method.TrainingMethod;
import dev.pbq.train.optimizer.AdamW;
import dev.pbq.train.optimizer.Parameter;
import dev.pbq.train.optimizer.Schedule;
import dev.pbq.train.student.Objective;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole runs on the built-in model. */
class TrainingRunTest {
  @TempDir private Path temporary;

  private static TrainingPlan settings(int steps, int seed) {
    return TrainingPlan.DEFAULT
        .withSteps(steps)
        .withWindows(2, 2, 32)
        .withRate(1e-3, Math.min(1, steps))
        .withSeed(seed)
        .withHeldOut(4);
  }

  private static TrainingMethod pbQat() {
    return PbQat.open(PbQatSettings.DEFAULT);
  }

  private TrainingRun run(TrainingPlan plan, String text, TrainingProgress progress) {
    return run(pbQat(), plan, text, progress);
  }

  private TrainingRun run(
      TrainingMethod method, TrainingPlan plan, String text, TrainingProgress progress) {
    return run(method, plan, TrainingData.of(CalibrationText.of("text", text)), progress);
  }

  private TrainingRun run(
      TrainingMethod method, TrainingPlan plan, TrainingData data, TrainingProgress progress) {
    Path folder = TinyModel.unpack(temporary.resolve("tiny"));
    ResolvedModel tiny = new ResolvedModel("tiny", "tiny", folder, "built in");
    return new TrainingRun(tiny, method, plan, data, Running.of(1, Long.MAX_VALUE), progress);
  }

  private static RunOutput output(Path directory, boolean resume) {
    return new RunOutput(directory, resume, false, ShardSize.DEFAULT, Map.of());
  }

  /** Ends a run as a kill would: after a step, with the last saved state behind it. */
  private static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  @Test
  void aKilledRunThatIsResumedGivesTheSameBytes() throws IOException {
    String text = TinyModel.calibrationText();
    Path whole = temporary.resolve("whole");
    TrainingResult result =
        run(settings(6, 1), text, TrainingProgress.SILENT).run(output(whole, false));
    assertThat(result.curve()).hasSize(7);
    assertThat(result.heldOutAfter()).isLessThan(result.heldOutBefore());

    Path killed = temporary.resolve("killed");
    TrainingProgress killer =
        point -> {
          if (point.step() == 5) {
            throw new Killed();
          }
        };
    TrainingRun first = run(settings(6, 1), text, killer);
    assertThatThrownBy(() -> first.run(output(killed, false))).isInstanceOf(Killed.class);
    assertThat(killed).doesNotExist();

    TrainingRun other = run(settings(6, 2), text, TrainingProgress.SILENT);
    assertThatThrownBy(() -> other.run(output(killed, true)))
        .isInstanceOfSatisfying(
            PbqException.class, e -> assertThat(e.kind()).isEqualTo(PbqException.Kind.USAGE))
        .hasMessageContaining("seed");

    run(settings(6, 1), text, TrainingProgress.SILENT).run(output(killed, true));
    for (String file : new String[] {WeightFiles.PACKED.single(), LossCurve.FILE, "config.json"}) {
      assertThat(Files.readAllBytes(killed.resolve(file)))
          .as(file)
          .isEqualTo(Files.readAllBytes(whole.resolve(file)));
    }
    assertThat(killed.resolve(TrainingState.FILE)).doesNotExist();
  }

  @Test
  void anotherSeedGivesAnotherResult() throws IOException {
    String text = TinyModel.calibrationText();
    Path one = temporary.resolve("one");
    Path two = temporary.resolve("two");
    run(settings(2, 1), text, TrainingProgress.SILENT).run(output(one, false));
    run(settings(2, 2), text, TrainingProgress.SILENT).run(output(two, false));
    assertThat(Files.readAllBytes(two.resolve(WeightFiles.PACKED.single())))
        .isNotEqualTo(Files.readAllBytes(one.resolve(WeightFiles.PACKED.single())));
  }

  @Test
  void oneBitDistillsAndIsNoLinearMap() {
    Path output = temporary.resolve("onebit");
    TrainingResult result =
        run(
                new OneBit(OneBitSettings.DEFAULT),
                settings(6, 1),
                TinyModel.calibrationText(),
                TrainingProgress.SILENT)
            .run(output(output, false));
    assertThat(result.heldOutAfter()).isLessThan(result.heldOutBefore());
    assertThat(result.report().size().storedByKind())
        .containsOnlyKeys(BitKind.SIGNS, BitKind.SCALES);
    try (PackedCheckpoint packed = PackedCheckpoint.open(ModelFolder.open(output))) {
      assertThat(packed.form("model.layers.0.self_attn.q_proj")).isEqualTo(LinearForm.NORMALIZED);
      assertThatThrownBy(packed::requireLinearMaps)
          .isInstanceOf(PbqException.class)
          .hasMessageContaining("is no linear map");
    }
  }

  @Test
  void aRateAtWhichNoSignCanFlipIsToldWithTheNumber() {
    OneBit method = new OneBit(OneBitSettings.DEFAULT);
    assertThat(method.warning(new Schedule(Schedule.Shape.COSINE, 4e-4, 10, 1000))).isEmpty();
    assertThat(method.warning(new Schedule(Schedule.Shape.CONSTANT, 1e-5, 0, 100)).orElseThrow())
        .isEqualTo(
            "no sign can flip: in 100 steps a weight moves by at most about 0.0010, and all start"
                + " at 0.010 from 0");
  }

  /** As another method, but one layer's weight turns NaN when it is used for the n-th time. */
  private record Broken(TrainingMethod base, String layer, int uses) implements TrainingMethod {
    @Override
    public String name() {
      return base.name();
    }

    @Override
    public ObjectNode settings() {
      return base.settings();
    }

    @Override
    public AdamW optimizer() {
      return base.optimizer();
    }

    @Override
    public Objective objective() {
      return base.objective();
    }

    @Override
    public TrainableLinear linear(String linear, FloatMatrix weight) {
      TrainableLinear whole = base.linear(linear, weight);
      return linear.equals(layer) ? new Failing(whole, new AtomicInteger(uses)) : whole;
    }

    @Override
    public TrainingDefaults defaults() {
      return base.defaults();
    }

    @Override
    public boolean trainsVector(String tensor, boolean ofLinear) {
      return base.trainsVector(tensor, ofLinear);
    }

    @Override
    public double paperBits(int rows, int cols) {
      return base.paperBits(rows, cols);
    }

    @Override
    public long estimateStoredBits(int rows, int cols) {
      return base.estimateStoredBits(rows, cols);
    }

    @Override
    public double paperBits(QuantizedLinear packed) {
      return base.paperBits(packed);
    }
  }

  private record Failing(TrainableLinear whole, AtomicInteger left) implements TrainableLinear {
    @Override
    public List<Parameter> parameters() {
      return whole.parameters();
    }

    @Override
    public void use(float[] weight) {
      whole.use(weight);
      if (left.decrementAndGet() == 0) {
        weight[0] = Float.NaN;
      }
    }

    @Override
    public void propagate(float[] gradient) {
      whole.propagate(gradient);
    }

    @Override
    public QuantizedLinear pack() {
      return whole.pack();
    }
  }

  @Test
  void aLossThatIsNoNumberNamesStepAndLayerAndKeepsTheLastState() throws IOException {
    Path output = temporary.resolve("nan");
    // Used once when the student is made, then after each of the steps 1, 2 and 3.
    Broken broken = new Broken(pbQat(), "model.layers.1.mlp.up_proj", 4);
    TrainingRun run =
        run(broken, settings(6, 1), TinyModel.calibrationText(), TrainingProgress.SILENT);
    assertThatThrownBy(() -> run.run(output(output, false)))
        .isInstanceOfSatisfying(
            PbqException.class, e -> assertThat(e.kind()).isEqualTo(PbqException.Kind.NUMERICAL))
        .hasMessage("step 3: model.layers.1 gives NaN or infinity; a lower lr may help");
    assertThat(output).doesNotExist();

    run(settings(6, 1), TinyModel.calibrationText(), TrainingProgress.SILENT)
        .run(output(output, true));
    assertThat(Files.readAllLines(output.resolve(LossCurve.FILE))).hasSize(7);
  }

  @Test
  void aTextShorterThanABatchIsRefused() {
    TrainingRun run = run(settings(2, 1), "Once upon a time.", TrainingProgress.SILENT);
    assertThatThrownBy(() -> run.run(output(temporary.resolve("short"), false)))
        .isInstanceOf(PbqException.class)
        .hasMessageContaining("fewer than a batch of 2 and 4 held out");
    assertThat(temporary.resolve("short.partial")).doesNotExist();
  }
}
