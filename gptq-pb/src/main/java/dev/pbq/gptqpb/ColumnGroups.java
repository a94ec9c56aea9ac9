package dev.pbq.gptqpb;

import dev.pbq.core.PbqException;
import dev.pbq.core.packed.Shapes;

/** The groups of columns that a group size makes of a layer; -1 makes one of all columns. */
final class ColumnGroups {
  private ColumnGroups() {}

  /**
   * Checks a layer's shape against the group size and against what can be stored.
   *
   * @throws PbqException USAGE naming the layer
   */
  static void requireFit(String layer, int rows, int cols, int groupsize) {
    if (groupsize > cols) {
      throw PbqException.setting(
          "%s: {groupsize} %s is larger than the layer's %s columns", layer, groupsize, cols);
    }
    Shapes.requireStorable(layer, rows, cols);
  }

  /** Columns in a group; the last may have fewer. */
  static int width(int groupsize, int cols) {
    return groupsize == -1 ? cols : groupsize;
  }

  /** Groups of a layer. */
  static int count(int groupsize, int cols) {
    return (cols - 1) / width(groupsize, cols) + 1;
  }
}
