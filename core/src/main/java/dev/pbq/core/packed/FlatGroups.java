package dev.pbq.core.packed;

/**
 * Groups of HQQ ({@code docs/methods/hqq.md#what-is-computed}), which follow the row-major order of
 * the weights and not the rows: n weights are seen as a matrix, and its rows or columns are the
 * groups. A group may therefore straddle rows of the layer.
 *
 * @param axis 1: the matrix is [n / size, size] and a group is a row of it, {@code size}
 *     consecutive weights; 0: it is [size, n / size] and a group is a column of it, every {@code (n
 *     / size)}-th weight
 * @param size weights in a group
 */
public record FlatGroups(int axis, int size) {
  public FlatGroups {
    if (axis != 0 && axis != 1) {
      throw new IllegalArgumentException("axis " + axis);
    }
    if (size < 1) {
      throw new IllegalArgumentException("groups of " + size + " weights");
    }
  }

  /** Whether the group size divides a number of weights. */
  public boolean divides(long weights) {
    return weights % size == 0;
  }

  /** Number of groups. */
  public int count(int weights) {
    return weights / size;
  }

  /** The group of weight {@code i} of {@code weights}. */
  public int of(int i, int weights) {
    return axis == 1 ? i / size : i % count(weights);
  }
}
