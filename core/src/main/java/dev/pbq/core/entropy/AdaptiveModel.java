package dev.pbq.core.entropy;

/**
 * The binary decisions that one code k is made of, and their contexts: whether it is 0, its sign,
 * whether |k| is above 1, above 2 ... above 14, and then |k| - 14 in Elias' gamma code. Contexts
 * are the quantizer and the |k| that the codes before it let expect: the mean of its row times the
 * mean of its column, over the mean of all. Integers only.
 */
final class AdaptiveModel {
  /** The largest |k| that has a decision of its own. */
  static final int PLAIN = 14;

  private static final int QUANTIZERS = 2;

  /** Expected |k| from 1/64 to 32, three levels in an octave. */
  private static final int LEVELS = 33;

  private static final int ZERO = 0;
  private static final int SIGN = ZERO + QUANTIZERS * LEVELS;
  private static final int ABOVE = SIGN + QUANTIZERS;
  private static final int LENGTH = ABOVE + (PLAIN + 1) * QUANTIZERS * LEVELS;

  /** Bits of a number below 2^30, less one: the longest length of an escape. */
  private static final int MAX_LENGTH = 29;

  private static final int CONTEXTS = LENGTH + MAX_LENGTH;
  private static final int HALF = 1 << (BitCoder.PROBABILITY_BITS - 1);

  /** Means are multiples of 2^-16; a code adds at most this to them. */
  private static final int MEAN_BITS = 16;

  private static final int MOST = 64;
  private static final int LEAST_BITS = MEAN_BITS - 6;

  /** Codes that the first guess of a row's and a column's mean weighs as much as. */
  private static final int ROW_PRIOR = 2;

  private static final int COLUMN_PRIOR = 6;
  private static final int MEMORY = 1000;

  /** The cube root of 2 and its square, times 2^16. */
  private static final int THIRD = 82570;

  private static final int TWO_THIRDS = 104032;

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
    if (column >= 0) {
      long sum = 0;
      for (int m : rowMean) {
        sum += m;
      }
      mean = (int) Math.max(1, sum / rowMean.length);
    }
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
    int context = quantizer * LEVELS + level((long) ofRow * columnMean / mean);
    int result = 0;
    if (bits.code(coder, ZERO + context, k == 0 ? 0 : 1) == 1) {
      int negative = bits.code(coder, SIGN + quantizer, k < 0 ? 1 : 0);
      int size = magnitude(context, Math.abs(k));
      result = negative == 1 ? -size : size;
    }
    int seen = Math.min(Math.abs(result), MOST) << MEAN_BITS;
    rowMean[row] = ofRow + (seen - ofRow) / Math.min(column + ROW_PRIOR, MEMORY);
    columnMean += (seen - columnMean) / Math.min(row + COLUMN_PRIOR, MEMORY);
    row++;
    return result;
  }

  private int magnitude(int context, int size) {
    for (int m = 1; m <= PLAIN; m++) {
      int above = ABOVE + m * QUANTIZERS * LEVELS + context;
      if (bits.code(coder, above, size > m ? 1 : 0) == 0) {
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

  /** Three times the logarithm of an expected |k|, rounded down. */
  private static int level(long expected) {
    int bit = Long.SIZE - 1 - Long.numberOfLeadingZeros(Math.max(expected, 1L << LEAST_BITS));
    long head = bit >= 16 ? expected >>> (bit - 16) : expected << (16 - bit);
    int third = head >= TWO_THIRDS ? 2 : head >= THIRD ? 1 : 0;
    return Math.min(3 * (bit - LEAST_BITS) + third, LEVELS - 1);
  }
}
