package dev.pbq.core.linalg;

import java.util.Arrays;

/**
 * The settings of a {@link ColumnSweep}.
 *
 * @param blockStarts first columns of the blocks, ascending from 0. Between blocks the weights that
 *     remain are brought up to date with one matrix product
 * @param withinBlocks whether errors also correct the later columns of their own block (GPTQ), or
 *     only later blocks (BiLLM)
 * @param keepValues whether the quantized values are kept beside the codes
 */
public record SweepPlan(int[] blockStarts, boolean withinBlocks, boolean keepValues) {
  public SweepPlan {
    if (blockStarts.length == 0 || blockStarts[0] != 0) {
      throw new IllegalArgumentException("blocks " + Arrays.toString(blockStarts));
    }
    for (int i = 1; i < blockStarts.length; i++) {
      if (blockStarts[i] <= blockStarts[i - 1]) {
        throw new IllegalArgumentException("blocks " + Arrays.toString(blockStarts));
      }
    }
  }

  /** GPTQ's way, in blocks of {@code blocksize} columns, the last one perhaps shorter. */
  public static SweepPlan blocks(int cols, int blocksize) {
    return cutAt(cols, blocksize, cols);
  }

  /**
   * As {@link #blocks}, with a block also starting wherever a group of {@code groupsize} columns
   * does, so that the group finds all its columns up to date.
   */
  public static SweepPlan cutAt(int cols, int blocksize, int groupsize) {
    int[] starts = new int[cols];
    int count = 0;
    for (int c = 0; c < cols; c++) {
      if (c % blocksize == 0 || c % groupsize == 0) {
        starts[count++] = c;
      }
    }
    return new SweepPlan(Arrays.copyOf(starts, count), true, false);
  }

  /** The same plan, keeping values. */
  public SweepPlan keepingValues() {
    return new SweepPlan(blockStarts, withinBlocks, true);
  }

  /** The same plan with compensation between blocks only. */
  public SweepPlan betweenBlocksOnly() {
    return new SweepPlan(blockStarts, false, keepValues);
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof SweepPlan p
        && Arrays.equals(p.blockStarts, blockStarts)
        && p.withinBlocks == withinBlocks
        && p.keepValues == keepValues;
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(blockStarts) + (withinBlocks ? 2 : 0) + (keepValues ? 1 : 0);
  }

  @Override
  public String toString() {
    return "SweepPlan[" + blockStarts.length + " blocks]";
  }
}
