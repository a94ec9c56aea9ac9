package dev.pbq.core.entropy;

import dev.pbq.core.PbqException;
import java.util.function.Function;

/**
 * What all panels share.
 *
 * @param shift how many low bits of each code are stored as they are; the rest is a symbol
 * @param levels levels of rows and columns
 * @param tables frequencies of the symbols
 */
record RansHeader(int shift, Levels levels, Tables tables) {
  /** Shifts are below 2 to this power. */
  private static final int SHIFT_BITS = 5;

  static final int MAX_SHIFT = 26;

  /** Codes of a larger mean |k| give up low bits. */
  private static final double LARGE_MEAN = 4;

  private static final int COLUMNS_OF_SAMPLE = 256;

  /** The header that suits codes. */
  static RansHeader of(Codes codes, Trellis trellis, int segmentRows) {
    Levels levels = Levels.of(codes);
    int shift = shift(codes);
    Histograms histograms = Histograms.of(codes, trellis, segmentRows, levels, shift);
    return new RansHeader(shift, levels, Tables.of(histograms, trellis.quantizers()));
  }

  private static int shift(Codes codes) {
    int[] column = new int[codes.rows()];
    int every = (codes.cols() - 1) / COLUMNS_OF_SAMPLE + 1;
    double sum = 0;
    int columns = 0;
    for (int c = 0; c < codes.cols(); c += every, columns++) {
      codes.column(c, 0, column);
      for (int k : column) {
        sum += Math.abs(k);
      }
    }
    double mean = sum / columns / codes.rows();
    int shift = 0;
    while (mean > LARGE_MEAN && shift < MAX_SHIFT) {
      mean /= 2;
      shift++;
    }
    return shift;
  }

  byte[] write() {
    BitEncoder out = new BitEncoder();
    new SmallNumbers(1, SHIFT_BITS).code(out, 0, shift);
    levels.code(out);
    tables.write(out);
    return out.finish();
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @param bad makes the exception that says what is wrong
   */
  static RansHeader read(
      BitDecoder in, int rows, int cols, Trellis trellis, Function<String, PbqException> bad) {
    int shift = new SmallNumbers(1, SHIFT_BITS).code(in, 0, 0);
    Levels levels = new Levels(new byte[rows], new byte[cols]);
    levels.code(in);
    Tables tables = Tables.read(in, trellis.quantizers());
    if (shift > MAX_SHIFT) {
      throw bad.apply("a shift of " + shift + " bits");
    }
    if (!levels.areValid()) {
      throw bad.apply("a row or column of a level that does not exist");
    }
    if (!tables.areValid()) {
      throw bad.apply("frequencies of a table do not sum to " + Frequencies.TOTAL);
    }
    if (!in.isAtEnd()) {
      throw bad.apply("the tables do not end where they should");
    }
    return new RansHeader(shift, levels, tables);
  }
}
