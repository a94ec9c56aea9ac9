package dev.pbq.kernels.form;

import static dev.pbq.kernels.lanes.Lanes.COLUMNS;
import static dev.pbq.kernels.lanes.Lanes.ROWS;

import dev.pbq.core.parallel.Parallel;
import dev.pbq.kernels.lanes.Lanes;

/**
 * Weights of two classes: in a run of columns, a weight of class k of a row is {@code mean_k +-
 * scale_k * factor_k}, with a factor for each column. Two bits each, sign and class, with rows in
 * tiles as in {@link CodeTiles}. Immutable.
 */
public final class SignTiles implements Apart {
  private final int rows;
  private final SignRuns runs;
  private final int[] words;

  /** [tiles, runs, parameters, ROWS]: scales of the sums, then the mean of class 0. */
  private final float[] parameters;

  private SignTiles(int rows, SignRuns runs, int[] words, float[] parameters) {
    this.rows = rows;
    this.runs = runs;
    this.words = words;
    this.parameters = parameters;
  }

  /** What the weights are. Thread-safe. */
  public interface Source {
    /** 2 for a negative sign, and 1 for class 1. */
    int code(int row, int column);

    float scale(int row, int run, int classOf);

    float mean(int row, int run, int classOf);
  }

  /** Packs a matrix; columns that are in no run are 0. */
  public static SignTiles of(int rows, SignRuns runs, Source source) {
    int tiles = Parallel.ranges(rows, ROWS);
    int per = runs.parameters();
    int[] words = new int[Math.multiplyExact(tiles, runs.words() * ROWS)];
    float[] parameters = new float[Math.multiplyExact(tiles, runs.count() * per * ROWS)];
    Parallel.forEach(
        rows,
        r -> {
          int lane = r % ROWS;
          for (int run = 0; run < runs.count(); run++) {
            int at = (r / ROWS * runs.words() + runs.firstWord(run)) * ROWS + lane;
            for (int p = 0; p < runs.columns(run); p++) {
              int code = source.code(r, runs.column(run, p));
              words[at + p / SignRuns.PER_WORD * ROWS] |= code << SignRuns.shift(p);
            }
            int to = (r / ROWS * runs.count() + run) * per * ROWS + lane;
            float one = source.mean(r, run, 1);
            float zero = source.mean(r, run, 0);
            switch (runs.sums()) {
              case BOTH -> set(parameters, to, source.scale(r, run, 1), source.scale(r, run, 0));
              case ONE -> set(parameters, to, source.scale(r, run, 1), one);
              case ALL ->
                  set(
                      parameters,
                      to,
                      source.scale(r, run, 1),
                      source.scale(r, run, 0),
                      one - zero,
                      zero);
            }
          }
        });
    return new SignTiles(rows, runs, words, parameters);
  }

  private static void set(float[] parameters, int at, float... values) {
    for (int i = 0; i < values.length; i++) {
      parameters[at + i * ROWS] = values[i];
    }
  }

  @Override
  public long bytes() {
    return 4L * (words.length + parameters.length) + runs.bytes();
  }

  @Override
  public int weights() {
    return runs.positions();
  }

  private int at(int tile, int run) {
    return (tile * runs.words() + runs.firstWord(run)) * ROWS;
  }

  private int parametersAt(int tile, int run) {
    return (tile * runs.count() + run) * runs.parameters() * ROWS;
  }

  @Override
  public void addRow(int row, float[] to, int toAt) {
    for (int run = 0; run < runs.count(); run++) {
      int at = at(row / ROWS, run) + row % ROWS;
      int from = parametersAt(row / ROWS, run) + row % ROWS;
      for (int p = 0; p < runs.columns(run); p++) {
        int code = words[at + p / SignRuns.PER_WORD * ROWS] >>> SignRuns.shift(p);
        float sign = (code & 2) == 0 ? 1 : -1;
        int k = code & 1;
        boolean one = runs.sums() == Lanes.Sums.ONE;
        float scale = one ? k * parameters[from] : parameters[from + (1 - k) * ROWS];
        float mean = one ? k * parameters[from + ROWS] : 0;
        if (runs.sums() == Lanes.Sums.ALL) {
          mean = parameters[from + 3 * ROWS] + k * parameters[from + 2 * ROWS];
        }
        to[toAt + runs.column(run, p)] += mean + sign * scale * runs.factor(k, run, p);
      }
    }
  }

  @Override
  public Ready ready(Lanes lanes, float[] x, int xAt, int count) {
    if (count == 1) {
      SignInputs in = SignInputs.of(runs, x, xAt, 1, 1, lanes.copies());
      return (first, end, y, yAt, stride) -> one(lanes, in, first / ROWS, end, y, yAt);
    }
    SignInputs[] blocks = new SignInputs[Parallel.ranges(count, COLUMNS)];
    Parallel.forEachRange(
        count,
        COLUMNS,
        (from, to) ->
            blocks[from / COLUMNS] =
                SignInputs.of(runs, x, xAt + from * runs.cols(), to - from, COLUMNS, 1));
    return (first, end, y, yAt, stride) -> {
      for (int tile = first / ROWS; tile * ROWS < end; tile++) {
        many(lanes, blocks, tile, count, y, yAt, stride);
      }
    };
  }

  private void one(Lanes lanes, SignInputs in, int first, int endRow, float[] y, int yAt) {
    int tiles = Parallel.ranges(endRow, ROWS) - first;
    float[] out = new float[tiles * ROWS];
    float[] sums = new float[runs.sums().count() * ROWS];
    for (int from = 0; from < runs.count(); ) {
      int to = runs.near(from, lanes.copies());
      for (int t = 0; t < tiles; t++) {
        for (int run = from; run < to; run++) {
          int at = at(first + t, run);
          int xAt = runs.firstPosition(run) * lanes.copies();
          lanes.signs(words, at, runs.positions(run), runs.sums(), in.one(), in.zero(), xAt, sums);
          int of = parametersAt(first + t, run);
          for (int s = 0; s < runs.sums().count(); s++) {
            lanes.fold(parameters, of + s * ROWS, 0, sums, s * ROWS, 0, out, t * ROWS);
          }
          addMeans(first + t, run, in.sums()[run], out, t * ROWS);
        }
      }
      from = to;
    }
    for (int r = 0; r < endRow - first * ROWS; r++) {
      y[yAt + first * ROWS + r] += out[r];
    }
  }

  /** Adds the inputs of class 0 times their mean, where there are means. */
  private void addMeans(int tile, int run, float inputs, float[] out, int to) {
    int count = runs.sums().count();
    if (runs.parameters() > count) {
      int of = parametersAt(tile, run) + count * ROWS;
      for (int r = 0; r < ROWS; r++) {
        out[to + r] = Math.fma(parameters[of + r], inputs, out[to + r]);
      }
    }
  }

  private void many(
      Lanes lanes, SignInputs[] blocks, int tile, int count, float[] y, int yAt, int stride) {
    int sums = runs.sums().count();
    int size = COLUMNS * ROWS;
    float[] out = new float[blocks.length * size];
    float[][] panels = new float[sums][SignRuns.LONGEST * ROWS];
    float[] part = new float[size];
    float[] none = new float[COLUMNS];
    for (int run = 0; run < runs.count(); run++) {
      int positions = runs.positions(run);
      for (int s = 0; s < sums; s++) {
        lanes.unpackSigns(words, at(tile, run), positions, which(s), panels[s]);
      }
      int of = parametersAt(tile, run);
      for (int b = 0; b < blocks.length; b++) {
        int xAt = runs.firstPosition(run) * COLUMNS;
        for (int s = 0; s < sums; s++) {
          float[] x = which(s) == 1 ? blocks[b].zero() : blocks[b].one();
          lanes.columns(panels[s], 0, positions, x, xAt, none, 0, part);
          for (int j = 0; j < size; j += ROWS) {
            lanes.fold(parameters, of + s * ROWS, 0, part, j, 0, out, b * size + j);
          }
        }
        for (int j = 0; j < COLUMNS; j++) {
          float inputs = blocks[b].sums()[run * COLUMNS + j];
          addMeans(tile, run, inputs, out, b * size + j * ROWS);
        }
      }
    }
    int used = Math.min(ROWS, rows - tile * ROWS);
    for (int i = 0; i < count; i++) {
      for (int r = 0; r < used; r++) {
        y[yAt + i * stride + tile * ROWS + r] += out[i * ROWS + r];
      }
    }
  }

  private int which(int sum) {
    return runs.sums() == Lanes.Sums.ONE ? 2 * sum : sum;
  }
}
