package dev.pbq.arb.fit;

import java.util.Arrays;

/**
 * The groups of a block: which group each weight belongs to, and how many planes of signs each
 * group has. The arrays are shared, not copied, and not to be changed.
 *
 * @param rows n
 * @param cols k
 * @param of [rows * cols], row-major: the group of each weight, 0 to {@code orders.length - 1}
 * @param orders for each group 1 or 2, the number of its planes
 */
public record Groups(int rows, int cols, byte[] of, int[] orders) {
  public Groups {
    if ((long) rows * cols != of.length) {
      throw new IllegalArgumentException(
          "groups of " + of.length + " weights in a block [" + rows + ", " + cols + "]");
    }
    for (int order : orders) {
      if (order != 1 && order != 2) {
        throw new IllegalArgumentException("a group of order " + order);
      }
    }
  }

  /** One group, whose members are where {@code mask} is not 0; all others are in group 1. */
  public static Groups ofMask(int rows, int cols, byte[] mask, int order) {
    byte[] of = new byte[mask.length];
    for (int i = 0; i < of.length; i++) {
      of[i] = (byte) (mask[i] != 0 ? 0 : 1);
    }
    return new Groups(rows, cols, of, new int[] {order, 1});
  }

  public int count() {
    return orders.length;
  }

  /** Members of a group. */
  public int members(int group) {
    int members = 0;
    for (byte g : of) {
      members += g == group ? 1 : 0;
    }
    return members;
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof Groups g
        && g.rows == rows
        && g.cols == cols
        && Arrays.equals(g.of, of)
        && Arrays.equals(g.orders, orders);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(of) + Arrays.hashCode(orders);
  }

  @Override
  public String toString() {
    return "Groups[" + rows + ", " + cols + ", orders=" + Arrays.toString(orders) + "]";
  }
}
