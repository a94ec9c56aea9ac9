package dev.pbq.kernels.form;

import static dev.pbq.kernels.lanes.Lanes.COLUMNS;
import static dev.pbq.kernels.lanes.Lanes.ROWS;

import dev.pbq.core.parallel.Parallel;
import dev.pbq.kernels.lanes.Lanes;
import java.util.Arrays;

/** The product of {@link CodeTiles} with vectors: tiles in parallel, each by {@link Lanes}. */
public final class TileProduct {
  /** Words of the tiles that one task handles, about: a few tens of microseconds. */
  private static final int TASK_WORDS = 1 << 15;

  private final CodeTiles tiles;
  private final Lanes lanes;

  public TileProduct(CodeTiles tiles, Lanes lanes) {
    this.tiles = tiles;
    this.lanes = lanes;
  }

  /** y_i = W x_i; see {@code PackedProduct}. */
  public void multiply(float[] x, int xAt, int count, float[] y, int yAt) {
    int cols = tiles.cols();
    int perTask = Math.max(1, TASK_WORDS / Math.max(1, tiles.runs().tileWords()));
    if (count == 1) {
      Inputs inputs = Inputs.of(tiles.runs(), x, xAt, 1, 1);
      Parallel.forEachRange(tiles.tiles(), perTask, (from, to) -> one(inputs, from, to, y, yAt));
      return;
    }
    Inputs[] blocks = new Inputs[Parallel.ranges(count, COLUMNS)];
    Parallel.forEachRange(
        count,
        COLUMNS,
        (from, to) ->
            blocks[from / COLUMNS] =
                Inputs.of(tiles.runs(), x, xAt + from * cols, to - from, COLUMNS));
    Parallel.forEach(tiles.tiles(), tile -> many(blocks, tile, count, y, yAt));
  }

  private void one(Inputs inputs, int from, int to, float[] y, int yAt) {
    Runs runs = tiles.runs();
    float[] sums = new float[ROWS];
    float[] out = new float[ROWS];
    float[] scratch = new float[2 * ROWS];
    for (int tile = from; tile < to; tile++) {
      Arrays.fill(out, 0);
      for (int run = 0; run < runs.count(); run++) {
        Arrays.fill(sums, inputs.starts()[run]);
        if (runs.words(run) > 0) {
          lanes.codes(
              tiles.words(),
              tiles.at(tile, run),
              runs.words(run),
              tiles.masks(),
              inputs.x(),
              runs.firstPosition(run),
              runs.positions(run),
              sums,
              0);
        }
        tiles
            .parameters()
            .fold(lanes, tile, runs.group(run), sums, 0, inputs.sums()[run], out, 0, scratch);
      }
      int row = tile * ROWS;
      System.arraycopy(out, 0, y, yAt + row, Math.min(ROWS, tiles.rows() - row));
    }
  }

  private void many(Inputs[] blocks, int tile, int count, float[] y, int yAt) {
    Runs runs = tiles.runs();
    float[] out = new float[blocks.length * COLUMNS * ROWS];
    float[] panel = new float[Runs.LONGEST * ROWS + Integer.SIZE * ROWS];
    float[] even = new float[COLUMNS * ROWS];
    float[] odd = new float[COLUMNS * ROWS];
    float[] scratch = new float[2 * ROWS];
    for (int run = 0; run < runs.count(); run++) {
      int positions = runs.positions(run);
      if (positions > 0) {
        int at = tiles.at(tile, run);
        lanes.unpack(tiles.words(), at, runs.words(run), tiles.masks(), positions, panel);
      }
      for (int b = 0; b < blocks.length; b++) {
        Inputs in = blocks[b];
        for (int i = 0; i < even.length; i++) {
          even[i] = in.starts()[run * COLUMNS + i / ROWS];
        }
        Arrays.fill(odd, 0);
        int xAt = runs.firstPosition(run) * COLUMNS;
        lanes.columns(panel, 0, 0, positions, in.x(), xAt, even);
        lanes.columns(panel, 0, 1, positions, in.x(), xAt, odd);
        for (int i = 0; i < even.length; i++) {
          even[i] += odd[i];
        }
        for (int j = 0; j < COLUMNS; j++) {
          float sum = in.sums()[run * COLUMNS + j];
          int to = (b * COLUMNS + j) * ROWS;
          tiles
              .parameters()
              .fold(lanes, tile, runs.group(run), even, j * ROWS, sum, out, to, scratch);
        }
      }
    }
    int row = tile * ROWS;
    int used = Math.min(ROWS, tiles.rows() - row);
    for (int i = 0; i < count; i++) {
      System.arraycopy(out, i * ROWS, y, yAt + i * tiles.rows() + row, used);
    }
  }
}
