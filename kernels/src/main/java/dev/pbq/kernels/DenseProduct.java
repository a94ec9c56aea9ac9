package dev.pbq.kernels;

import dev.pbq.core.packed.PackedRows;
import dev.pbq.core.tensor.DType;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.core.tensor.Half;
import dev.pbq.kernels.form.FloatProduct;
import dev.pbq.kernels.form.FloatTiles;
import dev.pbq.kernels.form.Work;
import dev.pbq.kernels.lanes.BestLanes;
import dev.pbq.kernels.lanes.Lanes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Objects;

/** The product with a matrix of floating-point numbers, held in their own type. */
public final class DenseProduct implements CutProduct {
  private final FloatTiles tiles;
  private final Lanes lanes;

  private DenseProduct(FloatTiles tiles, Lanes lanes) {
    this.tiles = tiles;
    this.lanes = lanes;
  }

  /** Gives rows of a matrix as float32. Thread-safe. */
  public interface RowReader {
    /** Writes rows {@code first .. first + count - 1}, row-major, from the start of {@code to}. */
    void read(int first, int count, float[] to);
  }

  /**
   * The product with a matrix that is read some rows at a time.
   *
   * @param dtype F32, F16 or BF16: what it is held in; numbers that do not fit are rounded
   * @throws IllegalArgumentException if the type is none of these
   */
  public static DenseProduct of(int rows, int cols, DType dtype, RowReader reader) {
    return new DenseProduct(FloatTiles.of(rows, cols, dtype, reader::read), BestLanes.get());
  }

  /**
   * The product with a stored matrix, of which a copy in another order is made.
   *
   * @param dtype F32, F16 or BF16
   * @param data [rows, cols] little-endian, row-major, from its position on
   * @throws IllegalArgumentException if the type is none of these or the buffer is too short
   */
  public static DenseProduct of(int rows, int cols, DType dtype, ByteBuffer data) {
    if (data.remaining() < (long) rows * cols * dtype.bytes()) {
      throw new IllegalArgumentException(data.remaining() + " bytes for " + rows + " x " + cols);
    }
    ByteBuffer from = data.slice().order(ByteOrder.LITTLE_ENDIAN);
    return of(
        rows,
        cols,
        dtype,
        (first, count, to) -> {
          for (int i = 0; i < count * cols; i++) {
            int at = (first * cols + i) * dtype.bytes();
            to[i] =
                switch (dtype) {
                  case F16 -> Half.toFloat(from.getShort(at));
                  case BF16 -> Half.bfloatToFloat(from.getShort(at));
                  default -> from.getFloat(at);
                };
          }
        });
  }

  /** The product with a float32 matrix, of which a copy is made. */
  public static DenseProduct of(FloatMatrix w) {
    return of(w, BestLanes.get());
  }

  static DenseProduct of(FloatMatrix w, Lanes lanes) {
    int cols = w.cols();
    FloatTiles.Source source =
        (first, count, to) -> System.arraycopy(w.data(), first * cols, to, 0, count * cols);
    return new DenseProduct(FloatTiles.of(w.rows(), cols, DType.F32, source), lanes);
  }

  static DenseProduct of(PackedRows rows, DType dtype, Lanes lanes) {
    FloatTiles.Source source = (first, count, to) -> rows.read(first, count, FloatBuffer.wrap(to));
    return new DenseProduct(
        FloatTiles.of(rows.layer().rows(), rows.layer().cols(), dtype, source), lanes);
  }

  @Override
  public int rows() {
    return tiles.rows();
  }

  @Override
  public int cols() {
    return tiles.cols();
  }

  @Override
  public long residentBytes() {
    return tiles.bytes();
  }

  @Override
  public Work work(float[] x, int xAt, int count) {
    return new FloatProduct(tiles, lanes).work(x, xAt, count);
  }

  @Override
  public void row(int row, float[] to, int at) {
    Objects.checkIndex(row, rows());
    tiles.row(row, to, at);
  }
}
