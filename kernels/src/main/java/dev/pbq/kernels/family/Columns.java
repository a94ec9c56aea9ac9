package dev.pbq.kernels.family;

import dev.pbq.kernels.form.SignRuns;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Lists of columns. */
final class Columns {
  private Columns() {}

  /** {@code from .. to - 1}. */
  static int[] range(int from, int to) {
    int[] columns = new int[to - from];
    for (int i = 0; i < columns.length; i++) {
      columns[i] = from + i;
    }
    return columns;
  }

  /** The columns of each group, in order. */
  static int[][] byGroup(int[] groupOf, int groups) {
    int[] count = new int[groups];
    for (int group : groupOf) {
      count[group]++;
    }
    int[][] columns = new int[groups][];
    for (int g = 0; g < groups; g++) {
      columns[g] = new int[count[g]];
      count[g] = 0;
    }
    for (int c = 0; c < groupOf.length; c++) {
      columns[groupOf[c]][count[groupOf[c]]++] = c;
    }
    return columns;
  }

  /** In pieces of at most {@link SignRuns#LONGEST} columns. */
  static List<int[]> cut(int[] columns) {
    List<int[]> pieces = new ArrayList<>();
    for (int from = 0; from < columns.length; from += SignRuns.LONGEST) {
      int to = Math.min(columns.length, from + SignRuns.LONGEST);
      pieces.add(Arrays.copyOfRange(columns, from, to));
    }
    return pieces;
  }

  /** Groups of {@code size} consecutive columns, the last of which may be shorter. */
  static int[][] consecutive(int cols, int size) {
    int[][] columns = new int[(cols - 1) / size + 1][];
    for (int g = 0; g < columns.length; g++) {
      columns[g] = range(g * size, (int) Math.min(cols, (g + 1L) * size));
    }
    return columns;
  }
}
