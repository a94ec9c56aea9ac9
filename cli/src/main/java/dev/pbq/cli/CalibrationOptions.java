package dev.pbq.cli;

import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.ResolvedModel;
import dev.pbq.core.data.CalibrationSampler;
import dev.pbq.core.data.CalibrationSet;
import dev.pbq.core.data.CalibrationText;
import dev.pbq.core.data.Tokenizer;
import dev.pbq.core.model.TransformerModel;
import dev.pbq.core.pipeline.Calibration;
import dev.pbq.workflow.recipe.CalibrationChoice;
import java.util.Optional;
import java.util.OptionalInt;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What a method that needs calibration is calibrated on. */
final class CalibrationOptions {
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
  boolean trueSequential() {
    return trueSequential(false);
  }

  /** As {@link #trueSequential()}; a default where the option was not given. */
  boolean trueSequential(boolean otherwise) {
    return trueSequential != null ? trueSequential : otherwise;
  }

  /** What was given, and where nothing was, another choice. */
  CalibrationChoice over(CalibrationChoice base) {
    return new CalibrationChoice(
        calib != null ? Optional.of(calib) : base.text(),
        nsamples != null ? nsamples : base.samples(),
        seqlen.tokens().isPresent() ? seqlen.tokens() : base.tokens(),
        seed != null ? seed : base.seed());
  }

  /** Windows asked for. */
  int samples() {
    return samples(over(CalibrationChoice.DEFAULT));
  }

  /** Windows of a choice. */
  static int samples(CalibrationChoice choice) {
    return OptionChecks.atLeastOne("--nsamples", choice.samples());
  }

  /** Tokens per window for a model. */
  int tokens(TransformerModel model) {
    return tokens(over(CalibrationChoice.DEFAULT), model);
  }

  /** Tokens per window of a choice for a model. */
  static int tokens(CalibrationChoice choice, TransformerModel model) {
    int tokens = choice.tokens().orElseGet(() -> Evaluation.defaultSeqlen(model));
    if (tokens < 1 || tokens > model.maxPositions()) {
      throw PbqException.usage(
          "--seqlen " + tokens + " is not between 1 and the model's " + model.maxPositions());
    }
    return tokens;
  }

  /** The window length to evaluate with after quantization, if one was given. */
  OptionalInt evaluationSeqlen() {
    return over(CalibrationChoice.DEFAULT).tokens();
  }

  /** The text to calibrate on: c4 as in the paper's commands, or that of the model built in. */
  static String text(CalibrationChoice choice, ResolvedModel resolved) {
    boolean tiny = resolved.requested().equals(ModelArgument.TINY);
    return choice.text().orElse(tiny ? ModelArgument.TINY : "c4");
  }

  /** Draws the windows as the references do. */
  Calibration draw(
      ResolvedModel resolved,
      TransformerModel model,
      DataOptions data,
      TokenizerOptions tokenizers) {
    return draw(over(CalibrationChoice.DEFAULT), resolved, model, data, tokenizers);
  }

  /** Draws the windows of a choice. */
  static Calibration draw(
      CalibrationChoice choice,
      ResolvedModel resolved,
      TransformerModel model,
      DataOptions data,
      TokenizerOptions tokenizers) {
    CalibrationText text = data.calibration(text(choice, resolved));
    try (Tokenizer tokenizer = tokenizers.open(resolved.folder())) {
      CalibrationSet set =
          CalibrationSampler.draw(
              text, tokenizer, samples(choice), tokens(choice, model), choice.seed());
      return new Calibration(
          set.windows().toArray(int[][]::new),
          text.name(),
          text.joined(),
          choice.seed(),
          set.sha256());
    }
  }
}
