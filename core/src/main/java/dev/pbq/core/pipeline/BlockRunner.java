package dev.pbq.core.pipeline;

import java.util.Map;
import java.util.Optional;

/** Who holds the calibration windows of a run and computes with them, block by block. */
interface BlockRunner extends AutoCloseable {
  /**
   * Brings the windows to the inputs of a block.
   *
   * @param first the first block that is not finished
   */
  void enter(int first);

  /**
   * Begins with a block.
   *
   * @param stored waits until the block before it is stored: to be called before anything is
   *     overwritten that the block before it would need to be done again
   */
  void begin(int block, Runnable stored);

  /**
   * Calibrates and quantizes a pass of a round.
   *
   * @param partial the block so far
   * @return by linear, in the order of the pass
   */
  Map<String, FinishedLinear> quantize(int block, PlannedRound pass, PartialBlock partial);

  /** Corrects what is left of a block after a round, where that was asked for. */
  Optional<CorrectionOutcome> correct(PlannedBlock block, PlannedRound round, PartialBlock partial);

  /** Runs the windows through a finished block, to the inputs of the next one. */
  void propagate(int block, PartialBlock partial);

  @Override
  void close();
}
