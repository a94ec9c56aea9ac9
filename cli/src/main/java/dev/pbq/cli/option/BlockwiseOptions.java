package dev.pbq.cli.option;

import dev.pbq.core.PbqException;
import dev.pbq.core.pipeline.CorrectionSettings;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Block-wise error correction while quantizing. */
public final class BlockwiseOptions {
  @Option(
      names = "--blockwise",
      negatable = true,
      description =
          "After each input of a block train its layers that are not quantized yet towards the"
              + " original block's outputs. Calibrated methods only; many times slower, and of no"
              + " use with few windows.")
  private Boolean blockwise;

  @Option(
      names = "--blockwise-epochs",
      paramLabel = "N",
      description = "How often each training sees all windows (default: 4).")
  private Integer epochs;

  @Option(
      names = "--blockwise-lr",
      paramLabel = "R",
      description = "Learning rate at the start of each training (default: 1e-4).")
  private Double learningRate;

  /** What was given, and where nothing was, another choice. */
  public Optional<CorrectionSettings> over(Optional<CorrectionSettings> base) {
    boolean on = blockwise != null ? blockwise : base.isPresent();
    if (!on) {
      if (epochs != null || learningRate != null) {
        throw PbqException.usage(
            "--blockwise-epochs and --blockwise-lr are of no use without --blockwise");
      }
      return Optional.empty();
    }
    CorrectionSettings otherwise = base.orElse(CorrectionSettings.DEFAULT);
    return Optional.of(
        new CorrectionSettings(
            epochs != null ? epochs : otherwise.epochs(),
            learningRate != null ? learningRate : otherwise.learningRate()));
  }
}
