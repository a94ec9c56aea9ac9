package dev.pbq.core.packed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;

/** Dequantizing some rows gives those rows of the whole. */
final class RowValuesCheck {
  private RowValuesCheck() {}

  static void check(QuantizedLinear linear) {
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
}
