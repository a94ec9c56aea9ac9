package dev.pbq.kernels;

import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.tensor.DType;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.core.tensor.Half;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;

/** The product with a matrix of floating-point numbers, held in their own type. */
public final class DenseProduct implements PackedProduct {
  private static final int ROWS_PER_TASK = 16;

  private final int rows;
  private final int cols;
  private final DType dtype;
  private final ByteBuffer data;

  private DenseProduct(int rows, int cols, DType dtype, ByteBuffer data) {
    this.rows = rows;
    this.cols = cols;
    this.dtype = dtype;
    this.data = data;
  }

  /**
   * The product with a stored matrix.
   *
   * @param dtype F32, F16 or BF16
   * @param data [rows, cols] little-endian, row-major, from its position on; kept, not to be
   *     changed
   * @throws IllegalArgumentException if the type is none of these or the buffer is too short
   */
  public static DenseProduct of(int rows, int cols, DType dtype, ByteBuffer data) {
    if (dtype != DType.F32 && dtype != DType.F16 && dtype != DType.BF16) {
      throw new IllegalArgumentException("a product with weights of type " + dtype);
    }
    if (data.remaining() < (long) rows * cols * dtype.bytes()) {
      throw new IllegalArgumentException(data.remaining() + " bytes for " + rows + " x " + cols);
    }
    return new DenseProduct(rows, cols, dtype, data.slice().order(ByteOrder.LITTLE_ENDIAN));
  }

  /** The product with a float32 matrix, of which a copy is made. */
  public static DenseProduct of(FloatMatrix w) {
    ByteBuffer data =
        ByteBuffer.allocate(Math.multiplyExact(4, w.data().length)).order(ByteOrder.LITTLE_ENDIAN);
    data.asFloatBuffer().put(w.data());
    return of(w.rows(), w.cols(), DType.F32, data);
  }

  @Override
  public int rows() {
    return rows;
  }

  @Override
  public int cols() {
    return cols;
  }

  @Override
  public long residentBytes() {
    return (long) rows * cols * dtype.bytes();
  }

  @Override
  public void multiply(float[] x, int xAt, int count, float[] y, int yAt) {
    Objects.checkFromIndexSize(xAt, Math.multiplyExact(count, cols), x.length);
    Objects.checkFromIndexSize(yAt, Math.multiplyExact(count, rows), y.length);
    Parallel.forEachRange(
        rows,
        ROWS_PER_TASK,
        (from, to) -> {
          float[] w = new float[cols];
          for (int r = from; r < to; r++) {
            row(r, w, 0);
            for (int i = 0; i < count; i++) {
              double sum = 0;
              for (int c = 0; c < cols; c++) {
                sum += (double) w[c] * x[xAt + i * cols + c];
              }
              y[yAt + i * rows + r] = (float) sum;
            }
          }
        });
  }

  @Override
  public void row(int row, float[] to, int at) {
    Objects.checkIndex(row, rows);
    int from = row * cols;
    for (int c = 0; c < cols; c++) {
      to[at + c] =
          switch (dtype) {
            case F16 -> Half.toFloat(data.getShort(2 * (from + c)));
            case BF16 -> Half.bfloatToFloat(data.getShort(2 * (from + c)));
            default -> data.getFloat(4 * (from + c));
          };
    }
  }
}
