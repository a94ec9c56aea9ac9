package dev.pbq.kernels.form;

import dev.pbq.kernels.lanes.Lanes;

/** A part of a matrix that is added to the product of its codes. Immutable. */
public sealed interface Apart permits SignTiles, SparseRows {
  /** Bytes of all arrays. */
  long bytes();

  /** Weights of a row that the loops go through, about: how long a row takes. */
  int weights();

  /** Adds the weights of a row. */
  void addRow(int row, float[] to, int at);

  /** Vectors x in the order in which this part reads them. */
  Ready ready(Lanes lanes, float[] x, int xAt, int count);

  /** The product with given vectors. Thread-safe. */
  interface Ready {
    /**
     * Adds the products of some rows.
     *
     * @param firstRow a multiple of {@link Lanes#ROWS}
     * @param endRow one as well, or the end of the matrix
     * @param stride numbers of {@code y} from one vector's result to the next one's
     */
    void add(int firstRow, int endRow, float[] y, int yAt, int stride);
  }
}
