package dev.pbq.kernels.lanes;

/**
 * Loops over a tile of {@value #ROWS} rows, one row to a lane. Every implementation adds in the
 * same order, so all give the same bits: of the products of a run of columns, those at even and
 * those at odd positions are added up one after the other with fused multiply-adds, then the two
 * sums.
 */
public interface Lanes {
  /** Rows of a tile. */
  int ROWS = 16;

  /** Columns that {@link #columns} handles together. */
  int COLUMNS = 4;

  /** Vectors that {@link #scatter} handles together. */
  int APART = 8;

  /** What the loops run on, for reports. */
  String name();

  /**
   * Adds the products of one run of codes with one vector x to {@code sums}: position {@code i} of
   * the run is code {@code 2 * (i / 2 / words) + i % 2} of word {@code i / 2 % words} of each row.
   * What is multiplied is the word with all other codes masked out, as a signed integer.
   *
   * @param codes words, {@value #ROWS} rows side by side; the run starts at {@code at}
   * @param words words of a row in this run, at least 1
   * @param masks the mask of each code of a word, each eight times
   * @param x the numbers for the positions, from {@code xAt} on
   * @param count positions, even
   * @param sums [{@value #ROWS}] from {@code sumsAt} on; what they hold is where even sums start
   */
  void codes(
      int[] codes,
      int at,
      int words,
      int[] masks,
      float[] x,
      int xAt,
      int count,
      float[] sums,
      int sumsAt);

  /**
   * Writes what {@link #codes} multiplies as float32: {@code panel[i * ROWS + r]} for position
   * {@code i} of the run.
   */
  void unpack(int[] codes, int at, int words, int[] masks, int count, float[] panel);

  /**
   * Adds products of a panel with {@value #COLUMNS} vectors, the positions of one parity.
   *
   * @param panel [positions, ROWS] from {@code panelAt} on, as {@link #unpack} writes it
   * @param parity 0 for positions 0, 2, ...; 1 for 1, 3, ...
   * @param count positions of both parities together
   * @param x [positions, COLUMNS] from {@code xAt} on
   * @param sums [COLUMNS, ROWS]; what they hold is where the sums start
   */
  void columns(float[] panel, int panelAt, int parity, int count, float[] x, int xAt, float[] sums);

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
   * {@code y += scale * (sums - zero * inputs)}, both steps fused.
   *
   * @param parameters scales [ROWS], then zeros [ROWS], from {@code at} on
   * @param sums [ROWS] from {@code sumsAt} on
   * @param inputs the sum of the run's inputs
   * @param y [ROWS] from {@code yAt} on
   */
  void fold(float[] parameters, int at, float[] sums, int sumsAt, float inputs, float[] y, int yAt);

  /**
   * {@link #fold} with the same zero for all rows.
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
   * Widens pairs of binary16 numbers.
   *
   * @param pairs [ROWS] from {@code at} on: a scale in the low half, a zero in the high one
   * @param to receives scales [ROWS], then zeros [ROWS]
   */
  void widen(int[] pairs, int at, float[] to);
}
