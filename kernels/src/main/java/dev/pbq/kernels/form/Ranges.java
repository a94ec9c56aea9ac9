package dev.pbq.kernels.form;

import dev.pbq.core.parallel.Parallel;

/**
 * Work on ranges of tiles.
 *
 * @param tiles of the matrix
 * @param perTask tiles of a range
 * @param body does those of a range
 */
record Ranges(int tiles, int perTask, Body body) implements Work {
  /** Sets the rows of some tiles. */
  interface Body {
    void run(int from, int to, float[] y, int yAt, int stride);
  }

  @Override
  public int tasks() {
    return Parallel.ranges(tiles, perTask);
  }

  @Override
  public void run(int task, float[] y, int yAt, int stride) {
    int from = task * perTask;
    body.run(from, Math.min(tiles, from + perTask), y, yAt, stride);
  }
}
