package dev.pbq.core.packed;

/**
 * Which columns of a {@link BinaryGroupsLinear} are salient, and the place of each among its like:
 * a block's columns have two sides, the salient ones and the others.
 */
final class ColumnSides {
  private final long[] salient;
  private final int cols;
  private final int blockSize;
  private final int[] indexOfSide;

  /** Salient columns before each block; the last entry counts them all. */
  private final int[] salientBefore;

  /**
   * Keeps the array.
   *
   * @param salient bit {@code c} is set where column {@code c} is salient; {@code cols} bits
   */
  ColumnSides(long[] salient, int cols, int blockSize) {
    this.salient = salient;
    this.cols = cols;
    this.blockSize = blockSize;
    indexOfSide = new int[cols];
    salientBefore = new int[Shapes.groups(cols, blockSize) + 1];
    for (int b = 0; b < blocks(); b++) {
      int marked = 0;
      for (int c = from(b); c < to(b); c++) {
        boolean here = isSalient(c);
        indexOfSide[c] = here ? marked : c - from(b) - marked;
        marked += here ? 1 : 0;
      }
      salientBefore[b + 1] = salientBefore[b] + marked;
    }
  }

  int cols() {
    return cols;
  }

  int blocks() {
    return salientBefore.length - 1;
  }

  /** The first column of a block. */
  int from(int block) {
    return block * blockSize;
  }

  /** The first column after a block. */
  int to(int block) {
    return (int) Math.min(cols, (block + 1L) * blockSize);
  }

  boolean isSalient(int col) {
    return Bitmap.get(salient, col);
  }

  /** A column's index among the columns of its side of its block. */
  int indexOfSide(int col) {
    return indexOfSide[col];
  }

  /** Columns of one side of a block. */
  int count(int block, boolean ofSalient) {
    int marked = salientBefore[block + 1] - salientBefore[block];
    return ofSalient ? marked : to(block) - from(block) - marked;
  }

  /** Salient columns of all blocks. */
  int salientCount() {
    return salientBefore[salientBefore.length - 1];
  }

  /** The columns of one side of a block, as indices in the block, in order. */
  int[] columns(int block, boolean ofSalient) {
    int[] columns = new int[count(block, ofSalient)];
    for (int c = from(block), k = 0; c < to(block); c++) {
      if (isSalient(c) == ofSalient) {
        columns[k++] = c - from(block);
      }
    }
    return columns;
  }

  /** The bitmap [rows, cols] of the weights in the columns of one side. */
  long[] weights(int rows, boolean ofSalient) {
    int bits = rows * cols;
    long[] weights = new long[Bitmap.words(bits)];
    int lastWord = salient.length - 1;
    for (int r = 0; r < rows; r++) {
      for (int w = 0; w <= lastWord; w++) {
        long word = ofSalient ? salient[w] : ~salient[w];
        if (w == lastWord) {
          word &= -1L >>> -cols;
        }
        int at = r * cols + (w << 6);
        weights[at >>> 6] |= word << at;
        long rest = (at & 63) == 0 ? 0 : word >>> -at;
        if (rest != 0) {
          weights[(at >>> 6) + 1] |= rest;
        }
      }
    }
    return weights;
  }
}
