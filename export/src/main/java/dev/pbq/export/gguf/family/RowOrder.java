package dev.pbq.export.gguf.family;

/** Which values of a model's tensor a piece of a file's tensor has, and in which order. */
public sealed interface RowOrder {
  /** All rows as they are. */
  Rows KEPT = new Strided(1, 1, 0);

  /** Whether the model's row is part of the piece. */
  boolean holds(int sourceRow);

  /**
   * Values of a row of the model's tensor.
   *
   * @param unit values of a row of the piece
   */
  int sourceUnit(int unit);

  /** Where the value at a place of the piece, [rows, unit], stands in the model's tensor. */
  int sourceIndex(int row, int col, int unit);

  /** Where the model's value stands in the piece; -1 if it is no part of it. */
  int fileIndex(int sourceRow, int sourceCol, int unit);

  /** Whole rows of the model's tensor. */
  sealed interface Rows extends RowOrder {
    /** The model's row that stands at {@code row} of the piece. */
    int sourceRow(int row);

    /** Where the model's row stands in the piece; -1 if it is no part of it. */
    int fileRow(int row);

    @Override
    default boolean holds(int sourceRow) {
      return fileRow(sourceRow) >= 0;
    }

    @Override
    default int sourceUnit(int unit) {
      return unit;
    }

    @Override
    default int sourceIndex(int row, int col, int unit) {
      return sourceRow(row) * unit + col;
    }

    @Override
    default int fileIndex(int sourceRow, int sourceCol, int unit) {
      int row = fileRow(sourceRow);
      return row < 0 ? -1 : row * unit + sourceCol;
    }
  }

  /**
   * From every {@code stride} rows the {@code block} from {@code offset} on: one part of a fused
   * tensor.
   */
  record Strided(int block, int stride, int offset) implements Rows {
    @Override
    public int sourceRow(int row) {
      return row / block * stride + offset + row % block;
    }

    @Override
    public int fileRow(int row) {
      int inStride = row % stride - offset;
      return inStride < 0 || inStride >= block ? -1 : row / stride * block + inStride;
    }
  }

  /**
   * Heads whose two halves take turns: a file for an architecture that rotates neighbours, of a
   * model that rotates row j with row j + width / 2.
   *
   * @param width rows of a head
   */
  record Paired(int width) implements Rows {
    @Override
    public int sourceRow(int row) {
      int inHead = row % width;
      return row - inHead + inHead % 2 * (width / 2) + inHead / 2;
    }

    @Override
    public int fileRow(int row) {
      int inHead = row % width;
      return row - inHead + inHead % (width / 2) * 2 + inHead / (width / 2);
    }
  }

  /**
   * Heads that belong to groups, one group behind the other in the model: in the file the first
   * heads of all groups come first, then the second ones.
   *
   * @param groups how many
   * @param heads of a group
   * @param width places of a head
   */
  record Tiling(int groups, int heads, int width) {
    /** How many places there are. */
    int places() {
      return groups * heads * width;
    }

    /** The model's place that stands at a place of the file. */
    int source(int place) {
      int head = place / width;
      return (head % groups * heads + head / groups) * width + place % width;
    }

    /** Where the model's place stands in the file. */
    int file(int place) {
      int head = place / width;
      return (head % heads * groups + head / heads) * width + place % width;
    }
  }

  /**
   * Rows from {@code offset} on, by heads.
   *
   * @param tiling the order of the rows behind {@code offset}
   */
  record Tiled(Tiling tiling, int offset) implements Rows {
    @Override
    public int sourceRow(int row) {
      return offset + tiling.source(row);
    }

    @Override
    public int fileRow(int row) {
      int behind = row - offset;
      return behind < 0 || behind >= tiling.places() ? -1 : tiling.file(behind);
    }
  }

  /** All rows, the values of each by heads. */
  record TiledColumns(Tiling tiling) implements RowOrder {
    @Override
    public boolean holds(int sourceRow) {
      return true;
    }

    @Override
    public int sourceUnit(int unit) {
      return unit;
    }

    @Override
    public int sourceIndex(int row, int col, int unit) {
      return row * unit + tiling.source(col);
    }

    @Override
    public int fileIndex(int sourceRow, int sourceCol, int unit) {
      return sourceRow * unit + tiling.file(sourceCol);
    }
  }

  /**
   * The same rows as {@link Strided} has, each block of them transposed: the piece is [cols, block]
   * for every block.
   *
   * @param cols values of a row of the model's tensor
   */
  record Turned(int block, int stride, int offset, int cols) implements RowOrder {
    @Override
    public boolean holds(int sourceRow) {
      int inStride = sourceRow % stride - offset;
      return inStride >= 0 && inStride < block;
    }

    @Override
    public int sourceUnit(int unit) {
      return cols;
    }

    @Override
    public int sourceIndex(int row, int col, int unit) {
      return (row / cols * stride + offset + col) * cols + row % cols;
    }

    @Override
    public int fileIndex(int sourceRow, int sourceCol, int unit) {
      return holds(sourceRow)
          ? (sourceRow / stride * cols + sourceCol) * block + sourceRow % stride - offset
          : -1;
    }
  }
}
