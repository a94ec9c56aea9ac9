package dev.pbq.core.entropy;

/**
 * The binary decisions that one code k is made of, and their contexts: whether it is 0, its sign,
 * whether |k| is above 1, above 2 ... above 14, and then |k| - 14 in Elias' gamma code. Contexts
 * are the quantizer and how large the codes of the same row and column have been of late, against
 * the mean of all. Integers only.
 */
final class AdaptiveModel {
  /** The largest |k| that has a decision of its own. */
  static final int PLAIN = 14;

  private static final int LEVELS = 3;
  private static final int CELLS = LEVELS * LEVELS;
  private static final int SUMS = 2 * LEVELS - 1;
  private static final int QUANTIZERS = 2;

  private static final int ZERO = 0;
  private static final int ONE = ZERO + QUANTIZERS * CELLS;
  private static final int SIGN = ONE + QUANTIZERS * CELLS;
  private static final int UNARY = SIGN + QUANTIZERS;
  private static final int LENGTH = UNARY + (PLAIN + 1) * SUMS;
  private static final int CONTEXTS = LENGTH + Integer.SIZE;

  /** Bits of a number below 2^30, less one: the longest length of an escape. */
  private static final int MAX_LENGTH = 29;

  private static final int HALF = 1 << (BitCoder.PROBABILITY_BITS - 1);

  /** Means are multiples of 2^-16; what is added to them is at most this. */
  private static final int MEAN_BITS = 16;

  private static final int MOST = 64;
  private static final int ROW_MEMORY = 18;
  private static final int COLUMN_MEMORY = 26;
  private static final int GLOBAL_SHIFT = 9;

  private final BitCoder coder;
  private final AdaptiveBits bits = new AdaptiveBits(CONTEXTS);
  private final int[] rowMean;
  private int columnMean;
  private int mean = 1 << MEAN_BITS;
  private int column = -1;
  private int row;

  AdaptiveModel(BitCoder coder, int rows) {
    this.coder = coder;
    this.rowMean = new int[rows];
  }

  /** Begins the next column. */
  void nextColumn() {
    column++;
    row = 0;
    columnMean = mean;
  }

  /**
   * Codes the next row's code of the column.
   *
   * @param k the code, which a reader does not look at
   * @return the code; a damaged stream may give one beyond {@link Codes#LARGEST}
   */
  int code(int quantizer, int k) {
    int ofRow = column == 0 ? mean : rowMean[row];
    int rowLevel = level(ofRow);
    int columnLevel = level(columnMean);
    int cell = quantizer * CELLS + rowLevel * LEVELS + columnLevel;
    int result = 0;
    if (bits.code(coder, ZERO + cell, k == 0 ? 0 : 1) == 1) {
      int negative = bits.code(coder, SIGN + quantizer, k < 0 ? 1 : 0);
      int size = magnitude(cell, rowLevel + columnLevel, Math.abs(k));
      result = negative == 1 ? -size : size;
    }
    int seen = Math.min(Math.abs(result), MOST) << MEAN_BITS;
    rowMean[row] = ofRow + (seen - ofRow) / Math.min(column + 2, ROW_MEMORY);
    columnMean += (seen - columnMean) / Math.min(row + 2, COLUMN_MEMORY);
    mean += (seen - mean) >> GLOBAL_SHIFT;
    row++;
    return result;
  }

  private int magnitude(int cell, int sum, int size) {
    if (bits.code(coder, ONE + cell, size > 1 ? 1 : 0) == 0) {
      return 1;
    }
    for (int m = 2; m <= PLAIN; m++) {
      if (bits.code(coder, UNARY + m * SUMS + sum, size > m ? 1 : 0) == 0) {
        return m;
      }
    }
    return PLAIN + escape(size - PLAIN);
  }

  /** A number from 1 on: how many bits follow its first, then those. */
  private int escape(int number) {
    int wanted = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(number);
    int length = 0;
    while (length < MAX_LENGTH && bits.code(coder, LENGTH + length, length < wanted ? 1 : 0) == 1) {
      length++;
    }
    int result = 1;
    for (int i = length - 1; i >= 0; i--) {
      result = 2 * result + coder.code(HALF, (number >>> i) & 1);
    }
    return result;
  }

  private int level(int x) {
    return 4L * x < 3L * mean ? 0 : 5L * x < 6L * mean ? 1 : 2;
  }
}
