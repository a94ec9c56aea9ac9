package dev.pbq.cli.option;

import dev.pbq.core.PbqException;
import dev.pbq.core.model.TransformerModel;
import dev.pbq.train.optimizer.Schedule;
import dev.pbq.train.run.TrainingSettings;
import java.util.function.IntUnaryOperator;
import picocli.CommandLine.Option;

/** How long and how fast a training runs. */
public final class TrainingOptions {
  /** A tenth of the run between two looks at the held-out windows, but not more than so many. */
  private static final int MOST_STEPS_UNSEEN = 100;

  @Option(
      names = "--steps",
      paramLabel = "N",
      description = "Optimizer steps (default: 1000; tune: 200).")
  private Integer steps;

  @Option(
      names = "--batch",
      paramLabel = "N",
      description = "Windows that go through the model together (default: 2; format-tune: 16).")
  private Integer batch;

  @Option(names = "--accumulate", paramLabel = "N", description = "Batches of a step (default: 4).")
  private Integer accumulate;

  @Option(
      names = "--seqlen",
      paramLabel = "N",
      description =
          "Tokens of a window (default: 2048, or the model's longest sequence; format-tune: 128).")
  private Integer seqlen;

  @Option(
      names = "--lr",
      paramLabel = "R",
      description = "Largest learning rate (default: the method's).")
  private Double learningRate;

  @Option(
      names = "--schedule",
      paramLabel = "S",
      description =
          "How the learning rate falls after the warm-up: ${COMPLETION-CANDIDATES} (default:"
              + " ${DEFAULT-VALUE}).")
  private Schedule.Shape schedule = Schedule.Shape.COSINE;

  @Option(
      names = "--warmup",
      paramLabel = "N",
      description = "Steps in which the learning rate rises (default: the method's).")
  private Integer warmup;

  @Option(
      names = "--clip",
      paramLabel = "NORM",
      description = "Gradients above this norm are cut back to it (default: ${DEFAULT-VALUE}).")
  private double clip = 1;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Of the order of the windows (default: ${DEFAULT-VALUE}).")
  private long seed = 42;

  @Option(
      names = "--recompute",
      description =
          "Run each block again in the backward pass: the intermediate results of one block are"
              + " held at a time.")
  private boolean recompute;

  @Option(
      names = "--held-out",
      paramLabel = "N",
      description =
          "Windows, or labelled texts, at the end that are not trained on but measured (default:"
              + " ${DEFAULT-VALUE}).")
  private int heldOut = 16;

  /**
   * The batches of a method's original.
   *
   * @param batch windows that go through the model together
   * @param accumulate batches of a step
   * @param tokens of a window, at most
   */
  public record Batches(int batch, int accumulate, int tokens) {
    /** Where the original does not say otherwise. */
    public static final Batches DEFAULT = new Batches(2, 4, 2048);
  }

  /** As the other, with the usual batches. */
  public TrainingSettings settings(
      TransformerModel model,
      double defaultRate,
      int defaultSteps,
      IntUnaryOperator defaultWarmup) {
    return settings(model, Batches.DEFAULT, defaultRate, defaultSteps, defaultWarmup);
  }

  /** Windows or texts that are held out. */
  public int heldOut() {
    return heldOut;
  }

  /**
   * The settings.
   *
   * @param batches the method's
   * @param defaultRate the method's learning rate
   * @param defaultSteps steps where none are given
   * @param defaultWarmup the method's warm-up for so many steps
   * @throws PbqException USAGE naming an option that makes no sense
   */
  public TrainingSettings settings(
      TransformerModel model,
      Batches batches,
      double defaultRate,
      int defaultSteps,
      IntUnaryOperator defaultWarmup) {
    int all = steps != null ? steps : defaultSteps;
    int tokens = seqlen != null ? seqlen : Math.min(batches.tokens(), model.maxPositions());
    int rising = warmup != null ? warmup : defaultWarmup.applyAsInt(all);
    double rate = learningRate != null ? learningRate : defaultRate;
    int every = Math.max(1, Math.min(MOST_STEPS_UNSEEN, all / 10));
    return new TrainingSettings(
        batch != null ? batch : batches.batch(),
        accumulate != null ? accumulate : batches.accumulate(),
        tokens,
        new Schedule(schedule, rate, rising, all),
        clip,
        seed,
        recompute,
        heldOut,
        every);
  }
}
