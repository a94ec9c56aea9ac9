package dev.pbq.core.entropy;

import java.util.Random;

/** Random codes. */
public final class RandomCodes {
  private RandomCodes() {}

  /** Codes of a Laplace distribution with this mean of |k|. */
  public static Codes laplace(int rows, int cols, double mean, long seed) {
    return laplace(rows, cols, mean, 0, seed);
  }

  /**
   * Codes whose rows and columns differ in size.
   *
   * @param spread the standard deviation of the logarithms of rows' and columns' means
   */
  public static Codes laplace(int rows, int cols, double mean, double spread, long seed) {
    Random random = new Random(seed);
    double[] ofRow = new double[rows];
    for (int r = 0; r < rows; r++) {
      ofRow[r] = mean * Math.exp(spread * random.nextGaussian());
    }
    Codes.Builder codes = new Codes.Builder(rows, cols);
    int[] column = new int[rows];
    for (int c = 0; c < cols; c++) {
      double ofColumn = Math.exp(spread * random.nextGaussian());
      for (int r = 0; r < rows; r++) {
        double x = -Math.log(1 - random.nextDouble()) * ofRow[r] * ofColumn;
        column[r] = (int) Math.rint(random.nextBoolean() ? x : -x);
      }
      codes.column(c, 0, column, rows);
    }
    return codes.build();
  }

  /** Small codes, among them some of any size; some columns and rows are 0. */
  public static Codes any(int rows, int cols, long seed) {
    Random random = new Random(seed);
    double mean = random.nextInt(4) == 0 ? 0 : Math.exp(3 * random.nextGaussian());
    double outliers = random.nextInt(3) == 0 ? 0.2 * random.nextDouble() : 0;
    Codes.Builder codes = new Codes.Builder(rows, cols);
    int[] column = new int[rows];
    for (int c = 0; c < cols; c++) {
      boolean empty = random.nextInt(8) == 0;
      for (int r = 0; r < rows; r++) {
        double x = random.nextGaussian() * mean;
        column[r] = empty ? 0 : (int) Math.rint(Math.max(-1e9, Math.min(1e9, x)));
        if (random.nextDouble() < outliers) {
          int size = Codes.LARGEST >> random.nextInt(31);
          column[r] = random.nextBoolean() ? size : -size;
        }
      }
      codes.column(c, 0, column, rows);
    }
    return codes.build();
  }

  /** Codes given column after column. */
  public static Codes of(int rows, int cols, int... columns) {
    Codes.Builder codes = new Codes.Builder(rows, cols);
    for (int c = 0; c < cols; c++) {
      codes.column(c, 0, java.util.Arrays.copyOfRange(columns, c * rows, (c + 1) * rows), rows);
    }
    return codes.build();
  }
}
