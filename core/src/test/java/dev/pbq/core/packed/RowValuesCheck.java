package dev.pbq.core.packed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Random;

/** Dequantizing some rows gives those rows of the whole. */
final class RowValuesCheck {
  private RowValuesCheck() {}

  static void check(QuantizedLinear linear) {
    checkPackedRows(linear);
    if (!(linear instanceof RowDequantizable pieces)) {
      return;
    }
    float[] all = linear.dequantize().data();
    int cols = linear.cols();
    Random random = new Random(all.length);
    RowDequantizable.RowValues values = pieces.rowValues();
    for (int i = 0; i < 3; i++) {
      int first = random.nextInt(linear.rows());
      int count = random.nextInt(linear.rows() - first + 1);
      int at = random.nextInt(5);
      float[] to = new float[at + count * cols + 1];
      Arrays.fill(to, Float.MAX_VALUE);
      float[] expected = to.clone();
      System.arraycopy(all, first * cols, expected, at, count * cols);
      values.read(first, count, to, at);
      assertThat(to).as("rows %d + %d of %s", first, count, linear).isEqualTo(expected);
    }
  }

  /** Of any family, whether it can be read in pieces or not. */
  private static void checkPackedRows(QuantizedLinear linear) {
    float[] all = linear.dequantize().data();
    int cols = linear.cols();
    PackedRows rows = PackedRows.of(linear);
    int middle = linear.rows() / 2;
    FloatBuffer to = FloatBuffer.allocate(all.length);
    rows.read(0, middle, to);
    rows.read(middle, linear.rows() - middle, to);
    assertThat(to.array()).as("pieces of %s", linear).isEqualTo(all);
    float[] last = Arrays.copyOfRange(all, all.length - cols, all.length);
    FloatBuffer row = FloatBuffer.allocate(cols + 1);
    row.position(1);
    rows.read(linear.rows() - 1L, 1, row);
    assertThat(Arrays.copyOfRange(row.array(), 1, cols + 1)).isEqualTo(last);
    assertThatThrownBy(() -> rows.read(linear.rows(), 1, FloatBuffer.allocate(cols)))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }
}
