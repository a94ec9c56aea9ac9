package dev.pbq.core.linalg;

import java.nio.FloatBuffer;

/**
 * Accumulates a {@link Hessian} from a layer's inputs, sequence by sequence, in a fixed order of
 * summation. Owns native memory until {@link #finish} hands it over. Not thread-safe.
 */
public final class HessianAccumulator implements AutoCloseable {
  /** Starts at zero for {@code size} input features. */
  public HessianAccumulator(int size) {
    throw new UnsupportedOperationException("pending " + size);
  }

  /**
   * Adds {@code sequences} sequences of equal length.
   *
   * @param x direct buffer in native byte order, [tokens, size] row-major from its position; only
   *     read
   * @param tokens rows of x, over all sequences
   * @param sequences how many sequences x holds
   */
  public void add(FloatBuffer x, int tokens, int sequences) {
    throw new UnsupportedOperationException("pending");
  }

  /**
   * The Hessian; the accumulator is closed.
   *
   * @throws dev.pbq.core.PbqException NUMERICAL naming {@code input} if an entry is NaN or infinite
   */
  public Hessian finish(String input) {
    throw new UnsupportedOperationException("pending " + input);
  }

  @Override
  public void close() {}
}
