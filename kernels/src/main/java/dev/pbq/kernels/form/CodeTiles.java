package dev.pbq.kernels.form;

import static dev.pbq.kernels.lanes.Lanes.ROWS;

import dev.pbq.core.parallel.Parallel;
import dev.pbq.kernels.lanes.Lanes;
import java.util.Arrays;

/**
 * A matrix of codes with scales: rows in tiles of sixteen, side by side in the words of a run, so
 * that one load brings codes of many rows. A weight is the sum over its runs of {@code factor *
 * scale * (code - zero)}. Immutable.
 */
public final class CodeTiles {
  private final int rows;
  private final Runs runs;
  private final int[] masks;
  private final int[] words;
  private final Parameters parameters;

  private CodeTiles(int rows, Runs runs, int[] words, Parameters parameters) {
    this.rows = rows;
    this.runs = runs;
    this.masks = runs.masks();
    this.words = words;
    this.parameters = parameters;
  }

  /** Gives codes, for some rows at a time. Thread-safe. */
  public interface Codes {
    /** Those of rows {@code first .. first + count - 1}, for one thread. */
    RowCodes rows(int first, int count);
  }

  /** Gives the codes of some rows. */
  public interface RowCodes {
    /**
     * The code of a weight, unsigned.
     *
     * @param run the run that it is asked for
     */
    int code(int row, int run, int column);
  }

  /** Gives scale and zero of a group of a row. */
  public interface Grid {
    float scale(int row, int group);

    float zero(int row, int group);
  }

  /**
   * @param rows of the matrix, at least 1
   * @param groups of parameters, for each row
   * @param codes thread-safe, as is {@code grid}
   */
  public static CodeTiles of(int rows, int groups, Runs runs, Codes codes, Grid grid) {
    int tiles = Parallel.ranges(rows, ROWS);
    int[] words = new int[Math.multiplyExact(tiles, runs.tileWords())];
    float[] parameters = new float[Math.multiplyExact(tiles, groups * 2 * ROWS)];
    Parallel.forEach(
        tiles,
        tile -> {
          int first = tile * ROWS;
          int count = Math.min(ROWS, rows - first);
          RowCodes of = codes.rows(first, count);
          for (int r = first; r < first + count; r++) {
            packRow(runs, of, r, words, tile * runs.tileWords() + r % ROWS);
            for (int g = 0; g < groups; g++) {
              int at = (tile * groups + g) * 2 * ROWS + r % ROWS;
              parameters[at] = grid.scale(r, g);
              parameters[at + ROWS] = grid.zero(r, g);
            }
          }
          repeatLastRow(count, tile, groups, parameters);
        });
    return new CodeTiles(rows, runs, words, Parameters.of(groups, parameters));
  }

  /** Lanes without a row get the parameters of the last one, so that these do not look special. */
  private static void repeatLastRow(int used, int tile, int groups, float[] parameters) {
    for (int i = tile * groups * 2; i < (tile + 1) * groups * 2; i++) {
      Arrays.fill(parameters, i * ROWS + used, (i + 1) * ROWS, parameters[i * ROWS + used - 1]);
    }
  }

  private static void packRow(Runs runs, RowCodes codes, int row, int[] words, int at) {
    int mask = (1 << runs.bits()) - 1;
    for (int run = 0; run < runs.count(); run++) {
      for (int p = 0; p < runs.positions(run); p++) {
        int column = runs.column(runs.firstPosition(run) + p);
        if (column >= 0) {
          int code = runs.code(run, p);
          int value = codes.code(row, run, column);
          value = runs.isSigned(code) ? value ^ runs.half() : value;
          words[at + (runs.firstWord(run) + runs.word(run, p)) * ROWS] |=
              (value & mask) << (code * runs.bits());
        }
      }
    }
  }

  public int rows() {
    return rows;
  }

  public int cols() {
    return runs.cols();
  }

  Runs runs() {
    return runs;
  }

  int tiles() {
    return Parallel.ranges(rows, ROWS);
  }

  int[] words() {
    return words;
  }

  int[] masks() {
    return masks;
  }

  Parameters parameters() {
    return parameters;
  }

  /** Where in the words a run of a tile begins. */
  int at(int tile, int run) {
    return tile * runs.tileWords() + runs.firstWord(run) * ROWS;
  }

  /** Bytes of all arrays. */
  public long bytes() {
    return 4L * words.length + parameters.bytes() + runs.bytes();
  }

  /** The weights of a row, added to {@code to}. */
  public void addRow(Lanes lanes, int row, float[] to, int toAt) {
    int tile = row / ROWS;
    int lane = row % ROWS;
    float[] scratch = new float[2 * ROWS];
    for (int run = 0; run < runs.count(); run++) {
      float[] values = parameters.of(lanes, tile, runs.group(run), scratch);
      int at = parameters.at(tile, runs.group(run)) + lane;
      if (runs.isConstant(run)) {
        runs.addConstant(run, values[at] * -values[at + ROWS], to, toAt);
      }
      for (int p = 0; p < runs.positions(run); p++) {
        int position = runs.firstPosition(run) + p;
        if (runs.column(position) >= 0) {
          int code = runs.code(run, p);
          int word = words[at(tile, run) + runs.word(run, p) * ROWS + lane];
          int value = (word >>> (code * runs.bits())) & ((1 << runs.bits()) - 1);
          value = runs.isSigned(code) ? value ^ runs.half() : value;
          to[toAt + runs.column(position)] +=
              values[at] * (value - values[at + ROWS]) * runs.factor(position);
        }
      }
    }
  }
}
