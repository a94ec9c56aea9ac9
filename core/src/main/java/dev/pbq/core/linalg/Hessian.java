package dev.pbq.core.linalg;

import dev.pbq.core.tensor.FloatMatrix;

/**
 * H = (2/n) sum over n sequences of X_j^T X_j, [size, size], symmetric positive semi-definite
 * (PB-LLM, section 4 of the reference's program). Owns native memory; closing it also closes its
 * factors.
 */
public final class Hessian implements AutoCloseable {
  /** The Hessian given whole, for tests and tools; the matrix is copied. */
  public static Hessian of(FloatMatrix symmetric, int sequences) {
    throw new UnsupportedOperationException("pending " + symmetric + sequences);
  }

  /** Number of input features. */
  public int size() {
    throw new UnsupportedOperationException("pending");
  }

  /** Number of sequences accumulated. */
  public int sequences() {
    throw new UnsupportedOperationException("pending");
  }

  /**
   * trace(D H D^T) for D [rows, size]: the squared output error of a weight change D, summed over
   * the calibration tokens, times 2/n.
   */
  public double quadraticTrace(FloatMatrix d) {
    throw new UnsupportedOperationException("pending " + d);
  }

  @Override
  public void close() {}
}
