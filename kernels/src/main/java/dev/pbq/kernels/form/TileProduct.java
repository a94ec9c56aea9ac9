package dev.pbq.kernels.form;

import static dev.pbq.kernels.lanes.Lanes.COLUMNS;
import static dev.pbq.kernels.lanes.Lanes.ROWS;

import dev.pbq.core.parallel.Parallel;
import dev.pbq.kernels.lanes.Lanes;
import java.util.Arrays;
import java.util.List;

/**
 * The product of {@link CodeTiles}, and of weights apart, with vectors: each tile by {@link Lanes}.
 */
public final class TileProduct {
  /** Weights that one task handles, about: some microseconds. */
  private static final int TASK_WEIGHTS = 1 << 16;

  private final CodeTiles tiles;
  private final List<SparseRows> apart;
  private final Lanes lanes;

  /** What is apart has the rows and columns of the tiles. */
  public TileProduct(CodeTiles tiles, List<SparseRows> apart, Lanes lanes) {
    this.tiles = tiles;
    this.apart = apart;
    this.lanes = lanes;
  }

  /** The work of y_i = W x_i; the vectors are read when it is made, and when it is done. */
  public Work work(float[] x, int xAt, int count) {
    int cols = tiles.cols();
    if (count == 1) {
      int perTask = Math.max(1, TASK_WEIGHTS / (ROWS * (1 + tiles.runs().positions())));
      Inputs inputs = Inputs.of(tiles.runs(), x, xAt, 1, 1);
      return new Ranges(
          tiles.tiles(), perTask, (from, to, y, yAt, s) -> one(inputs, x, xAt, from, to, y, yAt));
    }
    Inputs[] blocks = new Inputs[Parallel.ranges(count, COLUMNS)];
    Parallel.forEachRange(
        count,
        COLUMNS,
        (from, to) ->
            blocks[from / COLUMNS] =
                Inputs.of(tiles.runs(), x, xAt + from * cols, to - from, COLUMNS));
    List<SparseRows.Turned> turned = apart.stream().map(s -> s.turned(x, xAt, count)).toList();
    return new Ranges(
        tiles.tiles(), 1, (from, to, y, yAt, s) -> many(blocks, turned, from, count, y, yAt, s));
  }

  private void one(Inputs inputs, float[] x, int xAt, int from, int to, float[] y, int yAt) {
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
      int used = Math.min(ROWS, tiles.rows() - row);
      System.arraycopy(out, 0, y, yAt + row, used);
      apart.forEach(s -> s.add(x, xAt, row, row + used, y, yAt));
    }
  }

  private void many(
      Inputs[] blocks,
      List<SparseRows.Turned> turned,
      int tile,
      int count,
      float[] y,
      int yAt,
      int stride) {
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
      System.arraycopy(out, i * ROWS, y, yAt + i * stride + row, used);
    }
    turned.forEach(t -> t.add(lanes, row, row + used, y, yAt, stride));
  }
}
