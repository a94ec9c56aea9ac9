package dev.pbq.core.linalg;

import dev.pbq.core.tensor.DoubleMatrix;

/**
 * The upper triangular factor U [size, size] as a {@link BlockSweep} needs it; see {@link
 * InverseFactor}.
 */
public interface UpperFactor {
  int size();

  /** U[rowFrom..rowTo, colFrom..colTo) in float64; entries below the diagonal are zero. */
  DoubleMatrix block(int rowFrom, int rowTo, int colFrom, int colTo);
}
