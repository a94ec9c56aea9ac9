package dev.pbq.cli.option;

import dev.pbq.core.PbqException;
import dev.pbq.core.model.CausalModel;
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
      description = "Windows that go through the model together (default: 2; hqq-plus: 1).")
  private Integer batch;

  @Option(
      names = "--accumulate",
      paramLabel = "N",
      description = "Batches of a step (default: 4; hqq-plus: 1).")
  private Integer accumulate;

  @Option(
      names = "--seqlen",
      paramLabel = "N",
      description =
          "Tokens of a window (default: 2048, hqq-plus: 1024, or the model's longest sequence).")
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
      description =
          "Of the order of the windows, and of what starts at random (default: ${DEFAULT-VALUE}).")
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
          "Windows at the end of the text that are not trained on but measured (default:"
              + " ${DEFAULT-VALUE}).")
  private int heldOut = 16;

  /**
   * What a method's original trains with, where the command line says nothing.
   *
   * @param learningRate the largest
   * @param warmup steps of the warm-up, by the number of all steps
   * @param batch windows that go through the model together
   * @param accumulate batches of a step
   * @param tokens of a window, unless the model has fewer positions
   */
  public record Defaults(
      double learningRate, IntUnaryOperator warmup, int batch, int accumulate, int tokens) {
    /** Batches and windows of PB-LLM's program. */
    public Defaults(double learningRate, IntUnaryOperator warmup) {
      this(learningRate, warmup, 2, 4, 2048);
    }
  }

  /** Of the order of the windows, and of what starts at random. */
  public long seed() {
    return seed;
  }

  /**
   * The settings.
   *
   * @param defaults the method's
   * @param defaultSteps steps where none are given
   * @throws PbqException USAGE naming an option that makes no sense
   */
  public TrainingSettings settings(CausalModel model, Defaults defaults, int defaultSteps) {
    int all = steps != null ? steps : defaultSteps;
    int tokens = seqlen != null ? seqlen : Math.min(defaults.tokens(), model.maxPositions());
    int rising = warmup != null ? warmup : defaults.warmup().applyAsInt(all);
    double rate = learningRate != null ? learningRate : defaults.learningRate();
    int every = Math.max(1, Math.min(MOST_STEPS_UNSEEN, all / 10));
    return new TrainingSettings(
        batch != null ? batch : defaults.batch(),
        accumulate != null ? accumulate : defaults.accumulate(),
        tokens,
        new Schedule(schedule, rate, rising, all),
        clip,
        seed,
        recompute,
        heldOut,
        every);
  }
}
