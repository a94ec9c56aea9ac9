package dev.pbq.arb.fit;

import dev.pbq.core.tensor.DoubleMatrix;

/** Fits one group of a block. Stateless; work over rows may use several threads. */
public interface GroupFitter {
  /**
   * Fits a group to its own members alone.
   *
   * @param v the block's values [n, k]
   * @param groups the division; {@code groups.orders()[group]} planes are fitted
   * @param group the group
   * @param signs receives the signs of the members
   */
  GroupFit fit(DoubleMatrix v, Groups groups, int group, SignPlanes signs);
}
