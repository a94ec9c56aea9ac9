package dev.pbq.kernels.form;

import static dev.pbq.kernels.lanes.Lanes.ROWS;

import dev.pbq.core.parallel.Parallel;
import java.util.Arrays;

/**
 * A matrix of codes with scales: rows in tiles of sixteen, side by side in the words of a run, so
 * that one load brings codes of many rows. A weight is the sum over its runs of {@code factor *
 * scale * (code - zero)}. Immutable.
 */
public final class CodeTiles {
  private static final int UNSEEN = -1;
  private static final int DIFFERENT = -2;

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
   * Packs a matrix.
   *
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
            int[] only = new int[groups];
            Arrays.fill(only, UNSEEN);
            packRow(runs, of, r, words, tile * runs.tileWords() + r % ROWS, only);
            for (int g = 0; g < groups; g++) {
              int at = (tile * groups + g) * 2 * ROWS + r % ROWS;
              float zero = grid.zero(r, g);
              // Weights that are all 0 shall give 0, not what rounding leaves of two sums.
              parameters[at] = only[g] == zero && only[g] >= 0 ? 0 : grid.scale(r, g);
              parameters[at + ROWS] = zero;
            }
          }
          repeatLastRow(count, tile, groups, parameters);
        });
    return new CodeTiles(rows, runs, words, Parameters.of(groups, parameters));
  }

  /** A matrix without codes: all its weights are apart. */
  public static CodeTiles none(int rows, int cols) {
    Runs runs = new Runs.Builder(1, cols).build();
    return new CodeTiles(rows, runs, new int[0], Parameters.of(0, new float[0]));
  }

  /** Lanes without a row get the parameters of the last one, so that these do not look special. */
  private static void repeatLastRow(int used, int tile, int groups, float[] parameters) {
    for (int i = tile * groups * 2; i < (tile + 1) * groups * 2; i++) {
      Arrays.fill(parameters, i * ROWS + used, (i + 1) * ROWS, parameters[i * ROWS + used - 1]);
    }
  }

  /** Also finds, for each group, the code that all its weights have, if there is one. */
  private static void packRow(Runs runs, RowCodes codes, int row, int[] words, int at, int[] only) {
    for (int run = 0; run < runs.count(); run++) {
      int first = runs.firstPosition(run);
      int end = runs.positions(run);
      int from = at + runs.firstWord(run) * ROWS;
      int seen = only[runs.group(run)];
      for (int p = 0; p < end; p++) {
        int column = runs.column(first + p);
        if (column >= 0) {
          int value = codes.code(row, run, column);
          seen = seen == UNSEEN || seen == value ? value : DIFFERENT;
          words[from + runs.word(run, p) * ROWS] |= stored(runs, run, p, value);
        }
      }
      only[runs.group(run)] = seen;
    }
  }

  private static int stored(Runs runs, int run, int p, int value) {
    int flip = runs.isSigned(run, p) ? runs.half() : 0;
    return ((value ^ flip) & ((1 << runs.bits()) - 1)) << runs.shift(run, p);
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
  public void addRow(int row, float[] to, int toAt) {
    int tile = row / ROWS;
    int lane = row % ROWS;
    for (int run = 0; run < runs.count(); run++) {
      float scale = parameters.scale(row, runs.group(run));
      float zero = parameters.zero(row, runs.group(run));
      if (runs.isConstant(run)) {
        runs.addConstant(run, scale * -zero, to, toAt);
      }
      for (int p = 0; p < runs.positions(run); p++) {
        int position = runs.firstPosition(run) + p;
        if (runs.column(position) >= 0) {
          int word = words[at(tile, run) + runs.word(run, p) * ROWS + lane];
          int value = (word >>> runs.shift(run, p)) & ((1 << runs.bits()) - 1);
          value = runs.isSigned(run, p) ? value ^ runs.half() : value;
          to[toAt + runs.column(position)] += scale * (value - zero) * runs.factor(position);
        }
      }
    }
  }
}
