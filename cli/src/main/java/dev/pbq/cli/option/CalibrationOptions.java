package dev.pbq.cli.option;

import dev.pbq.workflow.recipe.CalibrationChoice;
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

  /** Whether the layers of a block are calibrated one input after the other. */
  public boolean trueSequential() {
    return trueSequential(false);
  }

  /** As {@link #trueSequential()}; a default where the option was not given. */
  public boolean trueSequential(boolean otherwise) {
    return trueSequential != null ? trueSequential : otherwise;
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
