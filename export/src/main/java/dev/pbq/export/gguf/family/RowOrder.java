package dev.pbq.export.gguf.family;

/** Which rows of a model's tensor a piece of a file's tensor has, and in which order. */
public sealed interface RowOrder {
  /** All rows as they are. */
  RowOrder KEPT = new Strided(1, 1, 0);

  /** The model's row that stands at {@code row} of the piece. */
  int sourceRow(int row);

  /** Where the model's row stands in the piece; -1 if it is no part of it. */
  int fileRow(int row);

  /**
   * From every {@code stride} rows the {@code block} from {@code offset} on: one part of a fused
   * tensor.
   */
  record Strided(int block, int stride, int offset) implements RowOrder {
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
  record Paired(int width) implements RowOrder {
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
}
