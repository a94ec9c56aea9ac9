package dev.pbq.core.entropy;

import java.util.Arrays;

/**
 * Integer codes [rows, cols] of any size, column after column. Nearly all are small: a code takes
 * half a byte where few are beyond -7..7, else a byte; one that does not fit stands in a sorted
 * list. Immutable.
 */
public final class Codes {
  /** The largest |k|. */
  public static final int LARGEST = 1 << 30;

  /** The byte that says: look in the list. */
  private static final byte ESCAPE = Byte.MIN_VALUE;

  /** What is added to codes of half a byte; 0 then says: look in the list. */
  private static final int MIDDLE = 8;

  /** An entry of the list takes as much as this many half bytes. */
  private static final int NIBBLES_OF_ENTRY = 16;

  private final int rows;
  private final int cols;

  /** Whether a code takes half a byte, the lower half first. */
  private final boolean halves;

  private final byte[] small;
  private final int[] largeAt;
  private final int[] large;

  private Codes(int rows, int cols, boolean halves, byte[] small, int[] largeAt, int[] large) {
    this.rows = rows;
    this.cols = cols;
    this.halves = halves;
    this.small = small;
    this.largeAt = largeAt;
    this.large = large;
  }

  public int rows() {
    return rows;
  }

  public int cols() {
    return cols;
  }

  /** One code. */
  public int get(int row, int col) {
    int i = col * rows + row;
    int at = Arrays.binarySearch(largeAt, i);
    return at >= 0 ? large[at] : halves ? half(i) : small[i];
  }

  private int half(int i) {
    return ((small[i >>> 1] >>> ((i & 1) << 2)) & 15) - MIDDLE;
  }

  /** Copies rows {@code from .. from + to.length - 1} of a column. */
  public void column(int col, int from, int[] to) {
    column(col, from, to.length, to);
  }

  /** Copies {@code count} rows of a column, from row {@code from} on. */
  public void column(int col, int from, int count, int[] to) {
    int at = col * rows + from;
    if (halves) {
      for (int r = 0; r < count; r++) {
        to[r] = half(at + r);
      }
    } else {
      for (int r = 0; r < count; r++) {
        to[r] = small[at + r];
      }
    }
    int i = Arrays.binarySearch(largeAt, at);
    for (i = i < 0 ? -i - 1 : i; i < largeAt.length && largeAt[i] - at < count; i++) {
      to[largeAt[i] - at] = large[i];
    }
  }

  /** Bits that the codes take in memory. */
  public long residentBits() {
    return 8L * small.length + 64L * large.length;
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof Codes c
        && c.rows == rows
        && c.cols == cols
        && c.halves == halves
        && Arrays.equals(c.small, small)
        && Arrays.equals(c.largeAt, largeAt)
        && Arrays.equals(c.large, large);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(small) + Arrays.hashCode(large);
  }

  @Override
  public String toString() {
    return "Codes[" + rows + ", " + cols + "]";
  }

  /**
   * Takes codes piece by piece, in any order; what is not set is 0. Threads may set different
   * pieces at the same time.
   */
  public static final class Builder {
    private final int rows;
    private final int cols;
    private final byte[] small;
    private int[] largeAt = new int[16];
    private int[] large = new int[16];
    private int count;

    /**
     * Codes of this shape, all 0.
     *
     * @throws IllegalArgumentException if they are more than one array holds
     */
    public Builder(int rows, int cols) {
      if (rows < 1 || cols < 1 || (long) rows * cols > Integer.MAX_VALUE - 8) {
        throw new IllegalArgumentException("codes of shape [" + rows + ", " + cols + "]");
      }
      this.rows = rows;
      this.cols = cols;
      this.small = new byte[rows * cols];
    }

    /**
     * Sets the first {@code count} codes of an array as rows {@code from ...} of a column, once.
     *
     * @throws IllegalArgumentException if a code is beyond {@link #LARGEST}
     */
    public void column(int col, int from, int[] codes, int count) {
      int at = col * rows + from;
      for (int r = 0; r < count; r++) {
        int k = codes[r];
        if (k > Byte.MIN_VALUE && k <= Byte.MAX_VALUE) {
          small[at + r] = (byte) k;
        } else if (k > LARGEST || k < -LARGEST) {
          throw new IllegalArgumentException("a code of " + k);
        } else {
          small[at + r] = ESCAPE;
          addLarge(at + r, k);
        }
      }
    }

    private synchronized void addLarge(int at, int k) {
      if (count == large.length) {
        largeAt = Arrays.copyOf(largeAt, 2 * count);
        large = Arrays.copyOf(large, 2 * count);
      }
      largeAt[count] = at;
      large[count++] = k;
    }

    /** The codes; the builder is used up. */
    public Codes build() {
      long[] pairs = new long[count];
      for (int i = 0; i < count; i++) {
        pairs[i] = ((long) largeAt[i] << 32) | (large[i] & 0xffffffffL);
      }
      Arrays.sort(pairs);
      for (int i = 0; i < count; i++) {
        largeAt[i] = (int) (pairs[i] >>> 32);
        large[i] = (int) pairs[i];
      }
      int beyond = 0;
      for (byte b : small) {
        beyond += b <= -MIDDLE || b >= MIDDLE ? 1 : 0;
      }
      return (long) NIBBLES_OF_ENTRY * beyond < small.length
          ? inHalves(beyond)
          : new Codes(
              rows, cols, false, small, Arrays.copyOf(largeAt, count), Arrays.copyOf(large, count));
    }

    private Codes inHalves(int beyond) {
      byte[] packed = new byte[(small.length + 1) / 2];
      int[] at = new int[beyond];
      int[] values = new int[beyond];
      int n = 0;
      int next = 0;
      for (int i = 0; i < small.length; i++) {
        int k = small[i];
        if (k <= -MIDDLE || k >= MIDDLE) {
          at[n] = i;
          values[n++] = k == ESCAPE ? large[next++] : k;
        } else {
          packed[i >>> 1] |= (byte) ((k + MIDDLE) << ((i & 1) << 2));
        }
      }
      return new Codes(rows, cols, true, packed, at, values);
    }
  }
}
