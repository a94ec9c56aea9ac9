package dev.pbq.kernels.form;

import static dev.pbq.kernels.lanes.Lanes.ROWS;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The runs of a layer: columns whose codes are added up before a scale is applied. A run's columns
 * may be any, in any order, and a column may be in several runs. Positions are counted through all
 * runs; each has an even number of them, with codes of one bit a multiple of eight, so that the
 * last may have no column. Immutable.
 */
public final class Runs {
  /** Columns of a run at most: longer sums would round too much before they are centred. */
  static final int LONGEST = 128;

  /** The position has no column. */
  static final int NONE = -1;

  private final int bits;
  private final int perWord;
  private final int cols;
  private final int[] firstWord;
  private final int[] firstPosition;
  private final int[] group;
  private final int[] column;
  private final Optional<float[]> factor;

  /** The runs that have inputs but no codes, whose weights are all the same; null for others. */
  private final Run[] constant;

  private Runs(int bits, int cols, List<Run> runs, boolean factors) {
    this.bits = bits;
    this.cols = cols;
    perWord = perWord(bits);
    firstWord = new int[runs.size() + 1];
    firstPosition = new int[runs.size() + 1];
    group = new int[runs.size()];
    constant = new Run[runs.size()];
    for (int i = 0; i < runs.size(); i++) {
      Run run = runs.get(i);
      int coded = run.coded ? run.columns.length : 0;
      firstWord[i + 1] = firstWord[i] + (coded + perWord - 1) / perWord;
      firstPosition[i + 1] = firstPosition[i] + (coded + step() - 1) / step() * step();
      group[i] = run.group;
      constant[i] = run.coded ? null : run;
    }
    column = new int[positions()];
    Arrays.fill(column, NONE);
    factor = factors ? Optional.of(new float[column.length]) : Optional.empty();
    for (int i = 0; i < runs.size(); i++) {
      Run run = runs.get(i);
      for (int p = 0; run.coded && p < run.columns.length; p++) {
        column[firstPosition[i] + p] = run.columns[p];
        if (factors) {
          factor.orElseThrow()[firstPosition[i] + p] = run.factor(p);
        }
      }
    }
  }

  /** One run. */
  private record Run(int group, int[] columns, Optional<float[]> factors, boolean coded) {
    float factor(int i) {
      return factors.isPresent() ? factors.get()[i] : 1f;
    }
  }

  /** Collects runs. */
  public static final class Builder {
    private final int bits;
    private final int cols;
    private final List<Run> runs = new ArrayList<>();

    /**
     * @param bits of a code: 1, 2, 3, 4, 5 or 8
     * @param cols columns of the layer
     */
    public Builder(int bits, int cols) {
      this.bits = bits;
      this.cols = cols;
    }

    /**
     * Adds columns that share a group of parameters, as one run or as several.
     *
     * @param factors what the inputs of these columns are multiplied with
     */
    public Builder add(int group, int[] columns, Optional<float[]> factors) {
      int longest = bits > 4 ? LONGEST / 2 : LONGEST;
      for (int from = 0; from < columns.length; from += longest) {
        int first = from;
        int to = Math.min(columns.length, from + longest);
        Optional<float[]> some = factors.map(f -> Arrays.copyOfRange(f, first, to));
        runs.add(new Run(group, Arrays.copyOfRange(columns, from, to), some, true));
      }
      return this;
    }

    /** Adds columns that all have the code 0, as one run; the codes are not stored. */
    public Builder addConstant(int group, int[] columns, Optional<float[]> factors) {
      runs.add(new Run(group, columns, factors, false));
      return this;
    }

    /** All that were added. */
    public Runs build() {
      return new Runs(bits, cols, runs, runs.stream().anyMatch(r -> r.factors.isPresent()));
    }
  }

  /** The narrowest width that codes of {@code bits} bits can be held in. */
  public static int width(int bits) {
    return bits > 5 ? 8 : bits;
  }

  static int perWord(int bits) {
    return switch (bits) {
      case 1, 2, 4, 8 -> Integer.SIZE / bits;
      case 3 -> 10;
      case 5 -> 6;
      default -> throw new IllegalArgumentException("codes of " + bits + " bits");
    };
  }

  /** Bits of a code. */
  public int bits() {
    return bits;
  }

  int cols() {
    return cols;
  }

  /** How many runs there are. */
  public int count() {
    return group.length;
  }

  /** Words of a row. */
  int words() {
    return firstWord[firstWord.length - 1];
  }

  int words(int run) {
    return firstWord[run + 1] - firstWord[run];
  }

  int firstWord(int run) {
    return firstWord[run];
  }

  /** The group whose parameters a run has. */
  public int group(int run) {
    return group[run];
  }

  int positions() {
    return firstPosition[firstPosition.length - 1];
  }

  int positions(int run) {
    return firstPosition[run + 1] - firstPosition[run];
  }

  int firstPosition(int run) {
    return firstPosition[run];
  }

  /** As {@link NearInputs#end}. */
  int near(int first, int copies) {
    return NearInputs.end(firstPosition, first, copies);
  }

  /** The column at a position, or {@link #NONE}. */
  int column(int position) {
    return column[position];
  }

  /** The factor of the input at a position. */
  float factor(int position) {
    return factor.isPresent() ? factor.get()[position] : 1f;
  }

  /** Whether a run's codes are all 0 and not stored. */
  boolean isConstant(int run) {
    return constant[run] != null;
  }

  /** The sum of the inputs of a constant run. */
  double constantSum(int run, float[] x, int at) {
    Run of = constant[run];
    double sum = 0;
    for (int i = 0; i < of.columns.length; i++) {
      sum += x[at + of.columns[i]] * of.factor(i);
    }
    return sum;
  }

  /** Adds a weight to all columns of a constant run. */
  void addConstant(int run, float weight, float[] to, int at) {
    Run of = constant[run];
    for (int i = 0; i < of.columns.length; i++) {
      to[at + of.columns[i]] += weight * of.factor(i);
    }
  }

  /** Whether {@link dev.pbq.kernels.lanes.Lanes#bits} reads the words: codes of one bit. */
  boolean isBits() {
    return bits == 1;
  }

  private int step() {
    return isBits() ? 8 : 2;
  }

  /** How many places to the left of its word's end the code at a position of a run is. */
  int shift(int run, int p) {
    return isBits() ? Integer.SIZE - 1 - p % Integer.SIZE : code(run, p) * bits;
  }

  /** Which code of its word is at a position of a run, where a code has more than one bit. */
  private int code(int run, int p) {
    return 2 * (p / 2 / words(run)) + p % 2;
  }

  /** The word of a run in which a position is. */
  int word(int run, int p) {
    return isBits() ? p / Integer.SIZE : p / 2 % words(run);
  }

  /** The highest code reaches the sign bit, and is stored less half its range. */
  boolean isSigned(int run, int p) {
    return !isBits() && isSigned(code(run, p));
  }

  boolean isSigned(int code) {
    return (code + 1) * bits == Integer.SIZE;
  }

  int half() {
    return 1 << (bits - 1);
  }

  /** The masks as the loops want them: each eight times. */
  int[] masks() {
    int[] masks = new int[8 * perWord];
    for (int i = 0; i < masks.length; i++) {
      masks[i] = ((1 << bits) - 1) << (i / 8 * bits);
    }
    return masks;
  }

  /** Bytes of the tables. */
  long bytes() {
    return 4L * (column.length + firstWord.length + group.length)
        + factor.map(f -> 4L * f.length).orElse(0L);
  }

  /** Words of a tile. */
  int tileWords() {
    return words() * ROWS;
  }
}
