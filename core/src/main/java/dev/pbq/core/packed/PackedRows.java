package dev.pbq.core.packed;

import dev.pbq.core.parallel.Parallel;
import java.nio.FloatBuffer;
import java.util.Objects;

/**
 * The weights of a packed layer, some rows at a time. A family that is {@link RowDequantizable}
 * gives the rows asked for and no others; of any other the whole matrix is dequantized once and
 * kept. Thread-safe.
 */
public final class PackedRows {
  private final QuantizedLinear layer;
  private final RowDequantizable.RowValues values;

  private PackedRows(QuantizedLinear layer, RowDequantizable.RowValues values) {
    this.layer = layer;
    this.values = values;
  }

  /** The rows of a layer. */
  public static PackedRows of(QuantizedLinear layer) {
    if (layer instanceof RowDequantizable pieces) {
      return new PackedRows(layer, pieces.rowValues());
    }
    float[] dense = layer.dequantize().data();
    int cols = layer.cols();
    return new PackedRows(
        layer,
        (first, count, to, at) ->
            System.arraycopy(
                dense, Math.multiplyExact(first, cols), to, at, Math.multiplyExact(count, cols)));
  }

  /** The layer. */
  public QuantizedLinear layer() {
    return layer;
  }

  /**
   * Dequantizes rows {@code first .. first + count - 1}.
   *
   * @param to receives them, row-major, from its position on; the position moves past them
   * @throws IndexOutOfBoundsException if the layer has not so many rows
   */
  public void read(long first, long count, FloatBuffer to) {
    Objects.checkFromIndexSize(first, count, layer.rows());
    int cols = layer.cols();
    int from = Math.toIntExact(first);
    int rows = Math.toIntExact(count);
    float[] piece = new float[Math.multiplyExact(rows, cols)];
    Parallel.forEachRange(
        rows,
        RowTasks.perTask(cols),
        (start, end) -> values.read(from + start, end - start, piece, start * cols));
    to.put(piece);
  }
}
