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
  private static final int TASK_WEIGHTS = 1 << 17;

  /** Tasks that there should be, so that several threads share them evenly. */
  private static final int TASKS = 12;

  private final CodeTiles tiles;
  private final List<Apart> apart;
  private final Lanes lanes;

  /** What is apart has the rows and columns of the tiles. */
  public TileProduct(CodeTiles tiles, List<Apart> apart, Lanes lanes) {
    this.tiles = tiles;
    this.apart = apart;
    this.lanes = lanes;
  }

  /** The work of y_i = W x_i; the vectors are read when it is made, and when it is done. */
  public Work work(float[] x, int xAt, int count) {
    int cols = tiles.cols();
    List<Apart.Ready> ready = apart.stream().map(a -> a.ready(lanes, x, xAt, count)).toList();
    if (count == 1) {
      int copies = tiles.runs().isBits() ? lanes.copies() : 1;
      Inputs inputs = Inputs.of(tiles.runs(), x, xAt, 1, 1, copies);
      return new Ranges(
          tiles.tiles(),
          perTask(),
          (from, to, y, yAt, s) -> one(inputs, copies, ready, from, to, y, yAt));
    }
    Inputs[] blocks = new Inputs[Parallel.ranges(count, COLUMNS)];
    Parallel.forEachRange(
        count,
        COLUMNS,
        (from, to) ->
            blocks[from / COLUMNS] =
                Inputs.of(tiles.runs(), x, xAt + from * cols, to - from, COLUMNS, 1));
    return new Ranges(
        tiles.tiles(), 1, (from, to, y, yAt, s) -> many(blocks, ready, from, count, y, yAt, s));
  }

  private int perTask() {
    int weights = 1 + tiles.runs().positions();
    for (Apart a : apart) {
      weights += a.weights();
    }
    return Math.max(1, Math.min(tiles.tiles() / TASKS, TASK_WEIGHTS / (ROWS * weights)));
  }

  private void one(
      Inputs in, int copies, List<Apart.Ready> ready, int from, int to, float[] y, int yAt) {
    Runs runs = tiles.runs();
    Parameters parameters = tiles.parameters();
    float[] sums = new float[ROWS];
    float[] out = new float[(to - from) * ROWS];
    for (int first = 0; first < runs.count(); ) {
      int last = runs.near(first, copies);
      for (int t = from; t < to; t++) {
        int at = (t - from) * ROWS;
        for (int run = first; run < last; run++) {
          sum(t, run, in, runs.firstPosition(run) * copies, sums);
          parameters.fold(lanes, t, runs.group(run), sums, in.sums(), run, out, at);
        }
      }
      first = last;
    }
    int row = from * ROWS;
    int end = Math.min(to * ROWS, tiles.rows());
    System.arraycopy(out, 0, y, yAt + row, end - row);
    ready.forEach(r -> r.add(row, end, y, yAt, 0));
  }

  private void sum(int tile, int run, Inputs in, int xAt, float[] sums) {
    Runs runs = tiles.runs();
    int[] words = tiles.words();
    int at = tiles.at(tile, run);
    int count = runs.positions(run);
    float start = in.starts()[run];
    if (runs.isBits()) {
      lanes.bits(words, at, count, in.x(), xAt, start, sums);
    } else if (count > 0) {
      lanes.codes(words, at, runs.words(run), tiles.masks(), in.x(), xAt, count, start, sums);
    } else {
      Arrays.fill(sums, start);
    }
  }

  private void many(
      Inputs[] blocks,
      List<Apart.Ready> ready,
      int tile,
      int count,
      float[] y,
      int yAt,
      int stride) {
    Runs runs = tiles.runs();
    float[] out = new float[blocks.length * COLUMNS * ROWS];
    float[] panel = new float[Runs.LONGEST * ROWS + Integer.SIZE * ROWS];
    float[] sums = new float[COLUMNS * ROWS];
    float[] parameters = new float[2 * ROWS];
    for (int run = 0; run < runs.count(); run++) {
      tiles.parameters().widen(lanes, tile, runs.group(run), parameters);
      int positions = runs.positions(run);
      int at = tiles.at(tile, run);
      if (runs.isBits()) {
        lanes.unpackBits(tiles.words(), at, positions, panel);
      } else if (positions > 0) {
        lanes.unpack(tiles.words(), at, runs.words(run), tiles.masks(), positions, panel);
      }
      for (int b = 0; b < blocks.length; b++) {
        Inputs in = blocks[b];
        int xAt = runs.firstPosition(run) * COLUMNS;
        if (runs.isBits()) {
          lanes.bitColumns(panel, positions, in.x(), xAt, in.starts(), run * COLUMNS, sums);
        } else {
          lanes.columns(panel, 0, positions, in.x(), xAt, in.starts(), run * COLUMNS, sums);
        }
        int to = b * COLUMNS * ROWS;
        lanes.fold(parameters, 0, sums, 0, in.sums(), run * COLUMNS, COLUMNS, out, to);
      }
    }
    int row = tile * ROWS;
    int used = Math.min(ROWS, tiles.rows() - row);
    for (int i = 0; i < count; i++) {
      System.arraycopy(out, i * ROWS, y, yAt + i * stride + row, used);
    }
    ready.forEach(r -> r.add(row, row + used, y, yAt, stride));
  }
}
