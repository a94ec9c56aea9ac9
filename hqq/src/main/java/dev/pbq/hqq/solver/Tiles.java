package dev.pbq.hqq.solver;

import dev.pbq.core.linalg.Parallel;
import dev.pbq.core.packed.FlatGroups;

/** Runs over all groups of a matrix, tile by tile, in parallel. */
final class Tiles {
  /** Weights of one task, about: few enough for many threads, many enough to reuse a tile. */
  private static final int TASK = 1 << 18;

  private Tiles() {}

  /** What is done with a tile. */
  interface Body {
    /**
     * Uses one tile, and may change its rows.
     *
     * @param index of the tile
     */
    void accept(int index, GroupTile tile);
  }

  /** Loads every tile and hands it to {@code body}, several at a time in any order. */
  static void forEach(float[] w, FlatGroups groups, Body body) {
    int tiles = GroupTile.count(groups, w.length);
    int perTask = Math.max(1, TASK / (GroupTile.lanes(groups) * groups.size()));
    Parallel.forEach(
        (tiles - 1) / perTask + 1,
        task -> {
          GroupTile tile = new GroupTile(w, groups);
          int end = Math.min(tiles, (task + 1) * perTask);
          for (int t = task * perTask; t < end; t++) {
            tile.load(t);
            body.accept(t, tile);
          }
        });
  }
}
