package dev.pbq.kernels;

/** The product with a matrix and one of low rank beside it: y = base x + B (A x). */
final class LowRankProduct implements PackedProduct {
  private final PackedProduct base;
  private final PackedProduct a;
  private final PackedProduct b;

  /**
   * @param a [rank, cols]
   * @param b [rows, rank]
   */
  LowRankProduct(PackedProduct base, PackedProduct a, PackedProduct b) {
    this.base = base;
    this.a = a;
    this.b = b;
  }

  @Override
  public int rows() {
    return base.rows();
  }

  @Override
  public int cols() {
    return base.cols();
  }

  @Override
  public long residentBytes() {
    return base.residentBytes() + a.residentBytes() + b.residentBytes();
  }

  @Override
  public void multiply(float[] x, int xAt, int count, float[] y, int yAt) {
    base.multiply(x, xAt, count, y, yAt);
    float[] middle = new float[Math.multiplyExact(count, a.rows())];
    a.multiply(x, xAt, count, middle, 0);
    float[] more = new float[Math.multiplyExact(count, rows())];
    b.multiply(middle, 0, count, more, 0);
    for (int i = 0; i < more.length; i++) {
      y[yAt + i] += more[i];
    }
  }

  @Override
  public void row(int row, float[] to, int at) {
    base.row(row, to, at);
    float[] factors = new float[a.rows()];
    b.row(row, factors, 0);
    float[] of = new float[cols()];
    for (int k = 0; k < factors.length; k++) {
      a.row(k, of, 0);
      for (int c = 0; c < of.length; c++) {
        to[at + c] += factors[k] * of[c];
      }
    }
  }
}
