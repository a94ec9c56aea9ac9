package dev.pbq.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.ResolvedModel;
import dev.pbq.core.data.CalibrationSampler;
import dev.pbq.core.data.CalibrationSet;
import dev.pbq.core.data.CalibrationText;
import dev.pbq.core.data.Tokenizer;
import dev.pbq.core.model.TransformerModel;
import dev.pbq.core.pipeline.Calibration;
import java.util.OptionalInt;
import picocli.CommandLine.Option;

/** What a method that needs calibration is calibrated on. */
final class CalibrationOptions {
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
      description = "Calibration windows (default: ${DEFAULT-VALUE}).")
  private int nsamples = 128;

  @Option(
      names = "--seqlen",
      paramLabel = "N",
      description = "Tokens per window (default: 2048, or the model's longest sequence).")
  private Integer seqlen;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Seed of the windows' positions (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--true-sequential",
      description =
          "Calibrate the layers of a block one input after the other (q/k/v, o, gate/up, down),"
              + " each with all earlier ones quantized. Slower. Default: all at once, on the"
              + " unquantized block.")
  private boolean trueSequential;

  /** Whether the layers of a block are calibrated one input after the other. */
  boolean trueSequential() {
    return trueSequential;
  }

  /** Records how calibration is done where that differs from the default. */
  void describe(ObjectNode settings) {
    if (trueSequential) {
      settings.put("trueSequential", true);
    }
  }

  /** Windows asked for. */
  int samples() {
    if (nsamples < 1) {
      throw PbqException.usage("--nsamples " + nsamples + " is not at least 1");
    }
    return nsamples;
  }

  /** Tokens per window for a model. */
  int tokens(TransformerModel model) {
    int tokens = seqlen == null ? Evaluation.defaultSeqlen(model) : seqlen;
    if (tokens < 1 || tokens > model.maxPositions()) {
      throw PbqException.usage(
          "--seqlen " + tokens + " is not between 1 and the model's " + model.maxPositions());
    }
    return tokens;
  }

  /** The window length to evaluate with after quantization, if one was given. */
  OptionalInt evaluationSeqlen() {
    return seqlen == null ? OptionalInt.empty() : OptionalInt.of(seqlen);
  }

  /** Draws the windows as the references do. */
  Calibration draw(
      ResolvedModel resolved,
      TransformerModel model,
      DataOptions data,
      TokenizerOptions tokenizers) {
    boolean tiny = resolved.requested().equals(ModelArgument.TINY);
    CalibrationText text =
        data.calibration(calib != null ? calib : tiny ? ModelArgument.TINY : "c4");
    try (Tokenizer tokenizer = tokenizers.open(resolved.folder())) {
      CalibrationSet set = CalibrationSampler.draw(text, tokenizer, samples(), tokens(model), seed);
      return new Calibration(
          set.windows().toArray(int[][]::new), text.name(), text.joined(), seed, set.sha256());
    }
  }
}
