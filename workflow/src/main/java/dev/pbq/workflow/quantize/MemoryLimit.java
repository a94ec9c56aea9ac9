package dev.pbq.workflow.quantize;

import dev.pbq.core.Amounts;
import dev.pbq.core.PbqException;
import dev.pbq.core.Wording;
import dev.pbq.core.checkpoint.ShardSize;
import dev.pbq.core.pipeline.PlanEstimate;
import dev.pbq.core.pipeline.RunMemory;
import java.util.function.Function;

/**
 * The resident memory that a run may take. Results have the same bytes whatever it is.
 *
 * @param bytes at least 1
 */
public record MemoryLimit(long bytes) {
  /** As much as there is. */
  public static final MemoryLimit NONE = new MemoryLimit(Long.MAX_VALUE);

  /**
   * A limit as users write it, such as {@code 24GB} or {@code 20GiB}; none for null.
   *
   * @throws PbqException USAGE if it is no positive size
   */
  public static MemoryLimit parse(String text) {
    return text == null ? NONE : new MemoryLimit(ShardSize.parse(text));
  }

  /**
   * Refuses work that takes more.
   *
   * @param what it is, for the message
   * @param needed bytes at the least
   * @throws PbqException RESOURCES with what would be needed
   */
  public void require(String what, long needed) {
    if (needed > bytes) {
      throw new PbqException(
          PbqException.Kind.RESOURCES,
          Wording.of(
              "%s needs about %s of memory at the least, and {maxMemory} allows %s",
              what, Amounts.bytes(needed), Amounts.bytes(bytes)));
    }
  }

  /**
   * The fastest way to quantize that fits.
   *
   * @param estimate what a run takes that holds so much at once
   * @throws PbqException RESOURCES with what would be needed if there is none
   */
  PlanEstimate fastest(int threads, Function<RunMemory, PlanEstimate> estimate) {
    PlanEstimate usual = estimate.apply(RunMemory.USUAL);
    if (usual.memoryBytes() <= bytes) {
      return usual;
    }
    PlanEstimate best = null;
    long least = usual.memoryBytes();
    for (RunMemory choice : RunMemory.choices(threads)) {
      PlanEstimate other = estimate.apply(choice);
      least = Math.min(least, other.memoryBytes());
      boolean fits = other.memoryBytes() <= bytes;
      if (fits && (best == null || other.seconds(threads) < best.seconds(threads))) {
        best = other;
      }
    }
    require("the quantization", best == null ? least : best.memoryBytes());
    return best;
  }
}
