package dev.pbq.hqq.solver;

import dev.pbq.core.packed.FlatGroups;
import dev.pbq.core.parallel.Parallel;
import java.util.function.Function;

/** Runs over all groups of a matrix, tile by tile, in parallel. */
final class Tiles {
  /** Weights of one task, about: few enough for many threads, many enough to reuse a tile. */
  private static final int TASK = 1 << 18;

  private Tiles() {}

  /** What is done with the tiles of one task, one after the other. */
  interface Body {
    /**
     * Uses the groups that have been loaded, and may change the tile's rows.
     *
     * @param index of the tile
     */
    void accept(int index);
  }

  /**
   * Loads all tiles, several at a time in any order.
   *
   * @param body makes what is done with the tiles that a task loads into one place
   */
  static void forEach(float[] w, FlatGroups groups, Function<GroupTile, Body> body) {
    int tiles = GroupTile.count(groups, w.length);
    int perTask = Math.max(1, TASK / (GroupTile.lanes(groups, w.length) * groups.size()));
    Parallel.forEachRange(
        tiles,
        perTask,
        (from, to) -> {
          GroupTile tile = new GroupTile(w, groups);
          Body ofTask = body.apply(tile);
          for (int t = from; t < to; t++) {
            tile.load(t);
            ofTask.accept(t);
          }
        });
  }
}
