package dev.pbq.core.packed;

/**
 * The model that suits a bitmap best. Rows and columns are classed by the log-odds of their own
 * shares of ones, in equal steps; the numbers of classes (powers of two) are those for which bitmap
 * and model together take the fewest bits. The same bitmap gives the same model on every platform.
 *
 * @param model the model
 * @param bits what bitmap (by its entropy under the model) and model take
 */
record BitmapFit(BitmapModel model, double bits) {
  private static final int MAX_CLASS_BITS = BitmapModel.MAX_CLASS_BITS;
  private static final int CLASSES = 1 << MAX_CLASS_BITS;
  private static final int ONE = 1 << RangeCoder.PROBABILITY_BITS;

  /** Fits a model to the members' bits; all other bits are 0 and do not count. */
  static BitmapFit of(long[] bitmap, long[] members, int rows, int cols) {
    int[] rowOnes = new int[rows];
    int[] colOnes = new int[cols];
    int[] rowTotal = new int[rows];
    int[] colTotal = new int[cols];
    for (int r = 0; r < rows; r++) {
      rowOnes[r] = countColumns(bitmap, r, cols, colOnes);
      rowTotal[r] = countColumns(members, r, cols, colTotal);
    }
    byte[] fineRow = classes(rowOnes, rowTotal);
    byte[] fineCol = classes(colOnes, colTotal);
    long[] total = new long[CLASSES * CLASSES];
    long[] ones = new long[CLASSES * CLASSES];
    for (int r = 0; r < rows; r++) {
      countClasses(bitmap, r, cols, fineCol, ones, fineRow[r] << MAX_CLASS_BITS);
      countClasses(members, r, cols, fineCol, total, fineRow[r] << MAX_CLASS_BITS);
    }

    int bestRowBits = 0;
    int bestColBits = 0;
    double best = Double.POSITIVE_INFINITY;
    for (int rowBits = 0; rowBits <= MAX_CLASS_BITS; rowBits++) {
      for (int colBits = 0; colBits <= MAX_CLASS_BITS; colBits++) {
        double bits =
            8.0 * BitmapModel.bytes(rows, cols, rowBits, colBits)
                + entropy(merge(total, rowBits, colBits), merge(ones, rowBits, colBits));
        if (bits < best) {
          best = bits;
          bestRowBits = rowBits;
          bestColBits = colBits;
        }
      }
    }
    short[] probability =
        probabilities(
            merge(total, bestRowBits, bestColBits), merge(ones, bestRowBits, bestColBits));
    shift(fineRow, MAX_CLASS_BITS - bestRowBits);
    shift(fineCol, MAX_CLASS_BITS - bestColBits);
    return new BitmapFit(
        new BitmapModel(bestRowBits, bestColBits, fineRow, fineCol, probability), best);
  }

  /** Adds a row's ones to the counts of their columns; returns how many there are. */
  private static int countColumns(long[] bitmap, int row, int cols, int[] colOnes) {
    int from = row * cols;
    int to = from + cols;
    int ones = 0;
    for (int w = from >>> 6; w <= (to - 1) >>> 6; w++) {
      long word = Bitmap.word(bitmap, w, from, to);
      ones += Long.bitCount(word);
      for (int base = (w << 6) - from; word != 0; word &= word - 1) {
        colOnes[base + Long.numberOfTrailingZeros(word)]++;
      }
    }
    return ones;
  }

  /** Adds a row's ones to the counts of their column classes. */
  private static void countClasses(
      long[] bitmap, int row, int cols, byte[] colClass, long[] ones, int rowContext) {
    int from = row * cols;
    int to = from + cols;
    for (int w = from >>> 6; w <= (to - 1) >>> 6; w++) {
      long word = Bitmap.word(bitmap, w, from, to);
      for (int base = (w << 6) - from; word != 0; word &= word - 1) {
        ones[rowContext + colClass[base + Long.numberOfTrailingZeros(word)]]++;
      }
    }
  }

  /** Lines without members are in class 0 and have no say in where the classes lie. */
  private static byte[] classes(int[] ones, int[] total) {
    double[] logOdds = new double[ones.length];
    double min = Double.POSITIVE_INFINITY;
    double max = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < ones.length; i++) {
      if (total[i] > 0) {
        // StrictMath and the half keep this finite and the same on every platform.
        logOdds[i] = StrictMath.log((ones[i] + 0.5) / (total[i] - ones[i] + 0.5));
        min = Math.min(min, logOdds[i]);
        max = Math.max(max, logOdds[i]);
      }
    }
    double step = (max - min) / CLASSES;
    byte[] classes = new byte[ones.length];
    for (int i = 0; i < ones.length; i++) {
      if (total[i] > 0 && step > 0) {
        classes[i] = (byte) Math.min(CLASSES - 1, (logOdds[i] - min) / step);
      }
    }
    return classes;
  }

  /** Sums a table over [64, 64] classes to [2^rowBits, 2^colBits]. */
  private static long[] merge(long[] fine, int rowBits, int colBits) {
    long[] merged = new long[1 << (rowBits + colBits)];
    for (int i = 0; i < fine.length; i++) {
      int row = i >>> MAX_CLASS_BITS >>> (MAX_CLASS_BITS - rowBits);
      int col = (i & (CLASSES - 1)) >>> (MAX_CLASS_BITS - colBits);
      merged[(row << colBits) + col] += fine[i];
    }
    return merged;
  }

  /** Bits that the ones take when each class has its own probability. */
  private static double entropy(long[] total, long[] ones) {
    double nats = 0;
    for (int i = 0; i < total.length; i++) {
      if (ones[i] > 0 && ones[i] < total[i]) {
        nats += nLogN(total[i]) - nLogN(ones[i]) - nLogN(total[i] - ones[i]);
      }
    }
    return nats / StrictMath.log(2);
  }

  private static double nLogN(long n) {
    return n * StrictMath.log((double) n);
  }

  private static short[] probabilities(long[] total, long[] ones) {
    short[] probability = new short[total.length];
    for (int i = 0; i < total.length; i++) {
      if (ones[i] > 0) {
        long rounded = (ones[i] * ONE + total[i] / 2) / total[i];
        probability[i] = (short) Math.max(1, Math.min(ONE - 1, rounded));
      }
    }
    return probability;
  }

  private static void shift(byte[] classes, int by) {
    for (int i = 0; i < classes.length; i++) {
      classes[i] >>= by;
    }
  }
}
