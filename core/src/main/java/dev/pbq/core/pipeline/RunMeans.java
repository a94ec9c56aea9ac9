package dev.pbq.core.pipeline;

import java.util.Optional;

/**
 * What a run works with. The result has the same bytes, whatever is chosen.
 *
 * @param memory how much is held at once
 * @param engine that computes the blocks in place of this machine, lent
 */
public record RunMeans(RunMemory memory, Optional<RunEngine> engine) {
  /** This machine, without a limit of memory. */
  public static final RunMeans USUAL = new RunMeans(RunMemory.USUAL, Optional.empty());
}
