package dev.pbq.kernels.lanes;

/**
 * Loops over a tile of {@value #ROWS} rows, one row to a lane. Every implementation adds in the
 * same order, so all give the same bits: of the products of a run of columns, those at every second
 * position (every fourth in {@link #bits}) are added up one after the other with fused
 * multiply-adds, then these sums in pairs.
 */
public interface Lanes {
  /** Rows of a tile. */
  int ROWS = 16;

  /** Columns that {@link #columns} handles together. */
  int COLUMNS = 4;

  /** Vectors that {@link #scatter} handles together. */
  int APART = 8;

  /** As a float32 2: a bit of a word where {@link #bits} and {@link #signs} multiply with it. */
  int TWO = 0x40000000;

  /** The bit below {@link #TWO}: 2^-63 as a float32. */
  int TINY = 0x20000000;

  /** What {@link #signs} adds up. */
  enum Sums {
    /** Weights of class 1, then those of class 0, with their signs. */
    BOTH(2),
    /** Weights of class 1 with their signs, then the inputs of class 1. */
    ONE(2),
    /** Weights of class 1, those of class 0, with their signs, then the inputs of class 1. */
    ALL(3);

    private final int count;

    Sums(int count) {
      this.count = count;
    }

    /** How many sums there are. */
    public int count() {
      return count;
    }
  }

  /** What the loops run on, for reports. */
  String name();

  /** How often each number stands in the x of {@link #bits} and {@link #signs}. */
  int copies();

  /**
   * Sets {@code sums} to the products of one run of codes with one vector x: position {@code i} of
   * the run is code {@code 2 * (i / 2 / words) + i % 2} of word {@code i / 2 % words} of each row.
   * What is multiplied is the word with all other codes masked out, as a signed integer.
   *
   * @param codes words, {@value #ROWS} rows side by side; the run starts at {@code at}
   * @param words words of a row in this run, at least 1
   * @param masks the mask of each code of a word, each eight times
   * @param x the numbers for the positions, from {@code xAt} on
   * @param count positions, even
   * @param start where even sums start
   * @param sums receives [{@value #ROWS}]
   */
  void codes(
      int[] codes,
      int at,
      int words,
      int[] masks,
      float[] x,
      int xAt,
      int count,
      float start,
      float[] sums);

  /**
   * As {@link #codes} for codes of one bit: position {@code i} of the run is bit {@code 31 - i %
   * 32} of word {@code i / 32}. It is moved to the place of {@link #TWO} for an even position and
   * to that of {@link #TINY} for an odd one, and multiplied as the float32 that it is there. Of the
   * products, each fourth goes into a sum of its own; the results are {@code (a + b) + (c + d)}.
   *
   * @param codes words, {@value #ROWS} rows side by side; the run starts at {@code at}
   * @param count positions, a multiple of 8
   * @param x the numbers for the positions, each {@link #copies} times, from {@code xAt} on
   * @param start where the first sum starts
   * @param sums receives [{@value #ROWS}]
   */
  void bits(int[] codes, int at, int count, float[] x, int xAt, float start, float[] sums);

  /** Writes what {@link #bits} multiplies, as {@link #unpack} does for {@link #codes}. */
  void unpackBits(int[] codes, int at, int count, float[] panel);

  /**
   * Sums over weights that are each +1 or -1 times a number that depends on their class, 0 or 1.
   * Position {@code i} is two bits of word {@code i / 16}, the first one highest: the sign, set for
   * -1, and the class. Where a weight belongs to a sum, x is multiplied with 2 or -2.
   *
   * @param count positions, a multiple of 4
   * @param one for class 1: the numbers for the positions, each {@link #copies} times
   * @param zero the same for class 0
   * @param xAt where they begin in both
   * @param sums receives [which.count(), ROWS]
   */
  void signs(
      int[] codes, int at, int count, Sums which, float[] one, float[] zero, int xAt, float[] sums);

  /**
   * Writes what {@link #signs} multiplies for one of its sums, as {@link #unpack}.
   *
   * @param sum 0 for class 1, 1 for class 0, 2 for the inputs of class 1
   */
  void unpackSigns(int[] codes, int at, int count, int sum, float[] panel);

  /**
   * Writes what {@link #codes} multiplies as float32: {@code panel[i * ROWS + r]} for position
   * {@code i} of the run.
   */
  void unpack(int[] codes, int at, int words, int[] masks, int count, float[] panel);

  /**
   * Sets {@code sums} to the products of a panel with {@value #COLUMNS} vectors: even and odd
   * positions, added.
   *
   * @param panel [positions, ROWS] from {@code panelAt} on, as {@link #unpack} writes it
   * @param count positions, even
   * @param x [positions, COLUMNS] from {@code xAt} on
   * @param starts [COLUMNS] from {@code startsAt} on: where even sums start
   * @param sums receives [COLUMNS, ROWS]
   */
  void columns(
      float[] panel,
      int panelAt,
      int count,
      float[] x,
      int xAt,
      float[] starts,
      int startsAt,
      float[] sums);

  /**
   * As {@link #columns} for what {@link #unpackBits} writes: every fourth position's products are
   * added up, and the four results as {@link #bits} does.
   *
   * @param count positions, a multiple of 4
   */
  void bitColumns(
      float[] panel, int count, float[] x, int xAt, float[] starts, int startsAt, float[] sums);

  /**
   * Sets {@code sums} to the products of a panel with one vector: even and odd positions, added.
   *
   * @param panel [positions, ROWS] from {@code panelAt} on
   * @param count positions, even
   * @param x the numbers for the positions, from {@code xAt} on
   */
  void column(float[] panel, int panelAt, int count, float[] x, int xAt, float[] sums);

  /**
   * Widens two positions of 16-bit numbers at a time.
   *
   * @param pairs [count, ROWS] from {@code at} on: an even position in the low half, the odd one
   *     after it in the high one
   * @param half binary16, else bfloat16
   * @param panel receives [2 * count, ROWS]
   */
  void widen(int[] pairs, int at, int count, boolean half, float[] panel);

  /**
   * Sets {@code sums} to the products of a few weights of a row with {@value #APART} vectors: every
   * fourth weight's are added up, from each of the first four on.
   *
   * @param values of the weights, from the start
   * @param columns their columns, from {@code from} on
   * @param x [columns, APART]
   * @param sums receives [4, APART]
   */
  void scatter(float[] values, char[] columns, int from, int count, float[] x, float[] sums);

  /**
   * {@code y += scale * (sums - zero * inputs)} for each column, both steps fused.
   *
   * @param parameters scales [ROWS], then zeros [ROWS], from {@code at} on
   * @param sums [columns, ROWS] from {@code sumsAt} on
   * @param inputs [columns] from {@code inputsAt} on: the sums of the run's inputs
   * @param y [columns, ROWS] from {@code yAt} on
   */
  void fold(
      float[] parameters,
      int at,
      float[] sums,
      int sumsAt,
      float[] inputs,
      int inputsAt,
      int columns,
      float[] y,
      int yAt);

  /**
   * {@link #fold} for one column, with the same zero for all rows.
   *
   * @param scales [ROWS] from {@code at} on
   */
  void fold(
      float[] scales,
      int at,
      float zero,
      float[] sums,
      int sumsAt,
      float inputs,
      float[] y,
      int yAt);

  /**
   * {@link #fold} for one column, with binary16 numbers.
   *
   * @param pairs [ROWS] from {@code at} on: a scale in the low half, a zero in the high one
   */
  void foldHalves(int[] pairs, int at, float[] sums, int sumsAt, float inputs, float[] y, int yAt);

  /**
   * Widens pairs of binary16 numbers.
   *
   * @param pairs [ROWS] from {@code at} on: a scale in the low half, a zero in the high one
   * @param to receives scales [ROWS], then zeros [ROWS]
   */
  void widen(int[] pairs, int at, float[] to);

  /** Replaces numbers {@code from .. to - 1} by e^(x - less), as {@link Exponential#exp} does. */
  void exp(float[] x, int from, int to, float less);
}
