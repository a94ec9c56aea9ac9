package dev.pbq.cli.option;

import dev.pbq.core.pipeline.Targets;
import dev.pbq.workflow.recipe.CalibrationChoice;
import dev.pbq.workflow.recipe.Recipe;
import java.util.Optional;
import java.util.OptionalInt;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What a method that needs calibration is calibrated on. */
public final class CalibrationOptions {
  @Mixin private SeqlenOption seqlen;

  @Option(
      names = "--calib",
      paramLabel = "SET|FILE",
      description =
          "Calibration text: wikitext2, ptb, c4, tiny, or a file. Default: c4 as in the paper's"
              + " commands, or tiny for the model built in.")
  private String calib;

  @Option(
      names = "--nsamples",
      paramLabel = "N",
      description = "Calibration windows (default: 128).")
  private Integer nsamples;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Seed of the windows' positions (default: 0).")
  private Long seed;

  @Option(
      names = "--true-sequential",
      description =
          "Calibrate the layers of a block one input after the other (q/k/v, o, gate/up, down),"
              + " each with all earlier ones quantized. Slower. Default: all at once, on the"
              + " unquantized block.")
  private Boolean trueSequential;

  @Option(
      names = "--targets",
      paramLabel = "original|quantized",
      description =
          "Fit layers to their own outputs, or (quantized) to the original model's, which mends"
              + " earlier errors. Implies --true-sequential.")
  private Targets targets;

  /** A recipe with the order and the targets that were given. */
  public Recipe orderOver(Recipe base) {
    return base.withTrueSequential(trueSequential != null ? trueSequential : base.trueSequential())
        .withTargets(targets != null ? targets : base.targets());
  }

  /** What was given, and where nothing was, another choice. */
  public CalibrationChoice over(CalibrationChoice base) {
    return new CalibrationChoice(
        calib != null ? Optional.of(calib) : base.text(),
        nsamples != null ? nsamples : base.samples(),
        seqlen.tokens().isPresent() ? seqlen.tokens() : base.tokens(),
        seed != null ? seed : base.seed());
  }

  /** The window length to evaluate with after quantization, if one was given. */
  public OptionalInt evaluationSeqlen() {
    return over(CalibrationChoice.DEFAULT).tokens();
  }
}
