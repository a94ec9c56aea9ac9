package dev.pbq.train.run;

import static dev.pbq.core.quant.SettingChecks.atLeast;
import static dev.pbq.core.quant.SettingChecks.or;
import static dev.pbq.core.quant.SettingChecks.require;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.quant.Setting;
import dev.pbq.core.quant.SettingsReader;
import dev.pbq.train.method.TrainingDefaults;
import dev.pbq.train.optimizer.Schedule;
import java.util.function.DoubleSupplier;
import java.util.function.UnaryOperator;

/**
 * How long and how fast a user wants to train: what {@link TrainingSettings} are made of, once
 * model, method and text are known. Null takes the default, which is the method's where there is
 * none here.
 *
 * @param steps optimizer steps; null for those of {@code epochs}, or the method's
 * @param epochs times that the text is seen; null for {@code steps}
 * @param batch windows that go through the model together
 * @param accumulate batches of a step
 * @param seqlen tokens of a window
 * @param lr the largest learning rate, or {@code auto}: the method's, scaled by the size of the
 *     weights
 * @param schedule how the learning rate falls; cosine
 * @param warmup steps of the warm-up
 * @param clip gradients above this norm are cut back to it; 1
 * @param seed of the order of the windows; 42
 * @param recompute whether blocks are run again in the backward pass; false
 * @param heldOut windows that are measured, not trained on; 16
 * @param keep which state becomes the result; last
 * @param selfGenerate texts that the teacher writes to be trained on; 0
 * @param teacher a dense model to learn from; null for the one that is trained
 * @param device cpu, gpu or gpu:N; cpu
 */
public record TrainingPlan(
    @JsonProperty("steps")
        @Setting(
            help = "Optimizer steps; 0 makes the untrained start",
            byDefault = "the method's",
            range = "0..")
        Integer steps,
    @JsonProperty("epochs")
        @Setting(help = "Instead of {steps}: how often the text is seen", byDefault = "none")
        Double epochs,
    @JsonProperty("batch")
        @Setting(
            help = "Windows that go through the model together",
            byDefault = "the method's",
            range = "1..")
        Integer batch,
    @JsonProperty("accumulate")
        @Setting(help = "Batches of a step", byDefault = "the method's", range = "1..")
        Integer accumulate,
    @JsonProperty("seqlen")
        @Setting(
            help = "Tokens of a window",
            byDefault = "the method's, or the model's longest sequence",
            range = "2..")
        Integer seqlen,
    @JsonProperty("lr")
        @Setting(
            help =
                "Largest learning rate; auto: the method's times the weights' root mean square over"
                    + " 0.02",
            byDefault = "the method's",
            label = "R")
        String lr,
    @JsonProperty("schedule")
        @Setting(
            help = "How the learning rate falls after the warm-up",
            byDefault = "cosine",
            label = "S")
        Schedule.Shape schedule,
    @JsonProperty("warmup")
        @Setting(
            help = "Steps in which the learning rate rises",
            byDefault = "the method's",
            range = "0..")
        Integer warmup,
    @JsonProperty("clip")
        @Setting(
            help = "Gradients above this norm are cut back to it",
            byDefault = "1",
            label = "NORM")
        Double clip,
    @JsonProperty("seed") @Setting(help = "Of the order of the windows", byDefault = "42")
        Integer seed,
    @JsonProperty("recompute")
        @Setting(
            help =
                "Run each block again in the backward pass: the intermediate results of one block"
                    + " are held at a time",
            byDefault = "false")
        Boolean recompute,
    @JsonProperty("heldOut")
        @Setting(
            help = "Windows at the end of the text that are not trained on but measured",
            byDefault = "16",
            range = "1..")
        Integer heldOut,
    @JsonProperty("keep")
        @Setting(
            help = "Which state becomes the result: the last, or the best on the held-out windows",
            byDefault = "last; best for tune")
        Keep keep,
    @JsonProperty("selfGenerate")
        @Setting(
            help = "Train on so many texts that the teacher writes, instead of a data set",
            byDefault = "0",
            range = "0..")
        Integer selfGenerate,
    @JsonProperty("teacher")
        @Setting(
            help = "Another dense model to learn from, with the same tokens",
            byDefault = "the model itself",
            label = "MODEL")
        String teacher,
    @JsonProperty("device")
        @Setting(
            help = "Where the engine computes: cpu, gpu or gpu:N",
            byDefault = "cpu",
            label = "D")
        String device) {
  private static final String AUTO = "auto";

  /** The defaults alone. */
  public static final TrainingPlan DEFAULT =
      new TrainingPlan(
          null, null, null, null, null, null, null, null, null, null, null, null, null, null, null,
          null);

  /** Which state becomes the result. */
  public enum Keep {
    /** The last one, as the originals do. */
    @JsonProperty("last")
    LAST,
    /** The one with the least loss on the held-out windows, the start among them. */
    @JsonProperty("best")
    BEST
  }

  /**
   * Checks.
   *
   * @throws dev.pbq.core.PbqException USAGE naming the setting that makes no sense
   */
  public TrainingPlan {
    schedule = or(schedule, Schedule.Shape.COSINE);
    clip = or(clip, 1.0);
    seed = or(seed, 42);
    recompute = or(recompute, false);
    heldOut = or(heldOut, 16);
    selfGenerate = or(selfGenerate, 0);
    device = or(device, "cpu");
    if (steps != null && epochs != null) {
      throw PbqException.setting("{steps} and {epochs} exclude each other");
    }
    require(epochs == null || epochs > 0, "epochs", epochs, "not above 0");
    require(steps == null || steps >= 0, "steps", steps, "below 0");
    require(clip > 0, "clip", clip, "not above 0");
    require(
        lr == null || lr.equals(AUTO) || isPositive(lr),
        "lr",
        lr,
        "neither a number above 0 nor auto");
    atLeast("heldOut", heldOut, 1);
    atLeast("selfGenerate", selfGenerate, 0);
    require(batch == null || batch > 0, "batch", batch, "not at least 1");
    require(accumulate == null || accumulate > 0, "accumulate", accumulate, "not at least 1");
  }

  private static boolean isPositive(String number) {
    try {
      return Double.parseDouble(number) > 0;
    } catch (NumberFormatException e) {
      return false;
    }
  }

  /** The same for so many optimizer steps. */
  public TrainingPlan withSteps(int count) {
    return with(plan -> plan.putNull("epochs").put("steps", count));
  }

  /** The same, until the text was seen so often. */
  public TrainingPlan withEpochs(double count) {
    return with(plan -> plan.putNull("steps").put("epochs", count));
  }

  /** The same with other windows. */
  public TrainingPlan withWindows(int ofBatch, int batches, int tokens) {
    return with(
        plan -> plan.put("batch", ofBatch).put("accumulate", batches).put("seqlen", tokens));
  }

  /** The same with another largest learning rate and warm-up. */
  public TrainingPlan withRate(double largest, int warmupSteps) {
    return with(plan -> plan.put("lr", Double.toString(largest)).put("warmup", warmupSteps));
  }

  /** The same with another seed. */
  public TrainingPlan withSeed(int newSeed) {
    return with(plan -> plan.put("seed", newSeed));
  }

  /** The same with so many windows held out. */
  public TrainingPlan withHeldOut(int count) {
    return with(plan -> plan.put("heldOut", count));
  }

  /** The same with another state as the result. */
  public TrainingPlan withKeep(Keep state) {
    return with(plan -> plan.put("keep", state == Keep.BEST ? "best" : "last"));
  }

  private TrainingPlan with(UnaryOperator<ObjectNode> change) {
    ObjectNode all = change.apply(SettingsReader.write(this));
    return SettingsReader.read("train", TrainingPlan.class, all);
  }

  /** The windows that a text is cut into. */
  public WindowSizes windows(TrainingDefaults defaults, int positions) {
    return WindowSizes.of(this, defaults, positions);
  }

  /**
   * What a run trains with.
   *
   * @param trainingWindows there are, apart from those held out
   * @param rms root mean square of the weights that are trained; asked for where it is needed
   */
  public TrainingSettings settings(
      TrainingDefaults defaults, WindowSizes sizes, int trainingWindows, DoubleSupplier rms) {
    return PlannedSettings.of(this, defaults, sizes, trainingWindows, rms);
  }

  /** Whether the learning rate follows the size of the weights. */
  boolean followsWeights() {
    return AUTO.equals(lr);
  }
}
