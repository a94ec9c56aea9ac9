package dev.pbq.eval.run;

import dev.pbq.core.PbqException;
import java.nio.file.Path;
import java.util.Objects;

/**
 * The threads, memory and scratch folder that running a model may use.
 *
 * @param threads for arithmetic, at least 1; results are bit-identical only between equal numbers
 * @param residentBytes the largest model, its weights counted as they are held, that is held in
 *     memory whole; of a larger one a block at a time is
 * @param scratch the folder for hidden states and log-probabilities that are not held in memory;
 *     must exist
 * @param packed whether the linears of blocks are computed from their weights as they are stored,
 *     of which no float32 copies are made
 */
public record Running(int threads, long residentBytes, Path scratch, boolean packed) {
  /**
   * Checks.
   *
   * @throws PbqException USAGE if there are no threads
   */
  public Running {
    if (threads < 1) {
      throw PbqException.usage("the number of threads must be positive, not " + threads);
    }
    Objects.requireNonNull(scratch);
  }

  /**
   * With float32 copies of weights.
   *
   * @throws PbqException USAGE if there are no threads
   */
  public Running(int threads, long residentBytes, Path scratch) {
    this(threads, residentBytes, scratch, false);
  }

  /** The same, with or without float32 copies of weights. */
  public Running withPacked(boolean other) {
    return new Running(threads, residentBytes, scratch, other);
  }

  /**
   * With scratch files in the system's folder for them ({@code java.io.tmpdir}).
   *
   * @throws PbqException USAGE if there are no threads
   */
  public static Running of(int threads, long residentBytes) {
    return new Running(threads, residentBytes, Path.of(System.getProperty("java.io.tmpdir")));
  }
}
