package dev.pbq.kernels.form;

import static dev.pbq.kernels.lanes.Lanes.COLUMNS;
import static dev.pbq.kernels.lanes.Lanes.ROWS;

import dev.pbq.core.parallel.Parallel;
import dev.pbq.kernels.lanes.Lanes;
import java.util.Arrays;

/** The product of {@link FloatTiles} with vectors. */
public final class FloatProduct {
  /** Numbers of the tiles that one task handles, about. */
  private static final int TASK_NUMBERS = 1 << 16;

  private final FloatTiles tiles;
  private final Lanes lanes;

  public FloatProduct(FloatTiles tiles, Lanes lanes) {
    this.tiles = tiles;
    this.lanes = lanes;
  }

  /** The work of y_i = W x_i; the vectors are read when it is made, and when it is done. */
  public Work work(float[] x, int xAt, int count) {
    int cols = tiles.cols();
    if (count == 1) {
      boolean asItIs = tiles.even() == cols;
      float[] padded = asItIs ? x : Arrays.copyOf(Arrays.copyOfRange(x, xAt, xAt + cols), cols + 1);
      int at = asItIs ? xAt : 0;
      return new Ranges(
          tiles.tiles(),
          Math.max(1, TASK_NUMBERS / (cols * ROWS)),
          (from, to, y, yAt, stride) -> one(padded, at, from, to, y, yAt));
    }
    float[][] blocks = new float[Parallel.ranges(count, COLUMNS)][tiles.even() * COLUMNS];
    Parallel.forEach(
        count,
        i -> {
          float[] block = blocks[i / COLUMNS];
          for (int c = 0; c < cols; c++) {
            block[c * COLUMNS + i % COLUMNS] = x[xAt + i * cols + c];
          }
        });
    return new Ranges(
        tiles.tiles(), 1, (from, to, y, yAt, stride) -> many(blocks, from, count, y, yAt, stride));
  }

  private void one(float[] x, int xAt, int from, int to, float[] y, int yAt) {
    float[] sums = new float[ROWS];
    float[] out = new float[ROWS];
    float[] scratch = new float[FloatTiles.RUN * ROWS];
    for (int tile = from; tile < to; tile++) {
      Arrays.fill(out, 0);
      for (int c = 0; c < tiles.even(); c += FloatTiles.RUN) {
        int count = Math.min(FloatTiles.RUN, tiles.even() - c);
        float[] panel = tiles.panel(lanes, tile, c, count, scratch);
        lanes.column(panel, tiles.at(tile, c), count, x, xAt + c, sums);
        for (int r = 0; r < ROWS; r++) {
          out[r] += sums[r];
        }
      }
      int row = tile * ROWS;
      System.arraycopy(out, 0, y, yAt + row, Math.min(ROWS, tiles.rows() - row));
    }
  }

  private void many(float[][] blocks, int tile, int count, float[] y, int yAt, int stride) {
    float[] out = new float[blocks.length * COLUMNS * ROWS];
    float[] scratch = new float[FloatTiles.RUN * ROWS];
    float[] sums = new float[COLUMNS * ROWS];
    float[] none = new float[COLUMNS];
    for (int c = 0; c < tiles.even(); c += FloatTiles.RUN) {
      int some = Math.min(FloatTiles.RUN, tiles.even() - c);
      float[] panel = tiles.panel(lanes, tile, c, some, scratch);
      int at = tiles.at(tile, c);
      for (int b = 0; b < blocks.length; b++) {
        lanes.columns(panel, at, some, blocks[b], c * COLUMNS, none, 0, sums);
        int to = b * COLUMNS * ROWS;
        for (int i = 0; i < sums.length; i++) {
          out[to + i] += sums[i];
        }
      }
    }
    int row = tile * ROWS;
    int used = Math.min(ROWS, tiles.rows() - row);
    for (int i = 0; i < count; i++) {
      System.arraycopy(out, i * ROWS, y, yAt + i * stride + row, used);
    }
  }
}
