package dev.pbq.core.pipeline;

import dev.pbq.core.PbqException;
import java.util.ServiceLoader;

/**
 * Block-wise error correction: after each input's linears are quantized, what is left of the block
 * is trained towards the outputs of the unquantized block.
 *
 * @param trainer does it
 * @param settings how
 */
public record BlockCorrection(BlockTrainer trainer, CorrectionSettings settings) {
  /**
   * Correction by the trainer on the class path.
   *
   * @throws PbqException USAGE if there is none
   */
  public static BlockCorrection with(CorrectionSettings settings) {
    return ServiceLoader.load(BlockTrainer.class)
        .findFirst()
        .map(trainer -> new BlockCorrection(trainer, settings))
        .orElseThrow(
            () -> PbqException.setting("{blockwise} needs module pbq-train on the class path"));
  }
}
