package dev.pbq.kernels;

import java.util.List;

/**
 * Several matrices that read the same inputs, one above the other, as q, k and v or gate and up:
 * one product, one hand-out of work to threads.
 */
final class StackedProduct implements PackedProduct {
  private final List<PackedProduct> parts;
  private final int rows;

  /** Parts in the order of their outputs; all with the same number of columns. */
  StackedProduct(List<PackedProduct> parts) {
    this.parts = List.copyOf(parts);
    rows = parts.stream().mapToInt(PackedProduct::rows).sum();
    if (parts.stream().anyMatch(p -> p.cols() != cols())) {
      throw new IllegalArgumentException("products of different inputs");
    }
  }

  @Override
  public int rows() {
    return rows;
  }

  @Override
  public int cols() {
    return parts.get(0).cols();
  }

  @Override
  public long residentBytes() {
    return parts.stream().mapToLong(PackedProduct::residentBytes).sum();
  }

  @Override
  public void multiply(float[] x, int xAt, int count, float[] y, int yAt) {
    int first = 0;
    for (PackedProduct part : parts) {
      float[] piece = new float[Math.multiplyExact(count, part.rows())];
      part.multiply(x, xAt, count, piece, 0);
      for (int i = 0; i < count; i++) {
        System.arraycopy(piece, i * part.rows(), y, yAt + i * rows + first, part.rows());
      }
      first += part.rows();
    }
  }

  @Override
  public void row(int row, float[] to, int at) {
    int first = 0;
    for (PackedProduct part : parts) {
      if (row < first + part.rows()) {
        part.row(row - first, to, at);
        return;
      }
      first += part.rows();
    }
    throw new IndexOutOfBoundsException("row " + row + " of " + rows);
  }
}
