package dev.pbq.arb.partition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pbq.core.tensor.DoubleMatrix;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class SortedRowsTest {
  /** Also values that differ in their last bits alone, where the column takes their place. */
  @Property(tries = 200)
  void rowsAreSorted(
      @ForAll @IntRange(min = 1, max = 200) int rows,
      @ForAll @IntRange(min = 1, max = 300) int cols,
      @ForAll boolean close,
      @ForAll long seed) {
    Random random = new Random(seed);
    DoubleMatrix z = DoubleMatrix.zeros(rows, cols);
    for (int i = 0; i < rows * cols; i++) {
      z.data()[i] =
          close
              ? (random.nextBoolean() ? 1 : -1) * (1 + random.nextInt(300) * 0x1p-52)
              : random.nextInt(4) * random.nextGaussian();
    }
    SortedRows sorted = SortedRows.of(z);
    for (int row = 0; row < rows; row++) {
      double[] values = new double[cols];
      boolean[] seen = new boolean[cols];
      for (int rank = 0; rank < cols; rank++) {
        int column = sorted.column(row, rank);
        values[rank] = z.get(row, column) + 0.0;
        seen[column] = true;
      }
      double[] expected = Arrays.copyOfRange(z.data(), row * cols, (row + 1) * cols);
      for (int j = 0; j < cols; j++) {
        expected[j] += 0.0;
      }
      Arrays.sort(expected);
      assertThat(values).isEqualTo(expected);
      assertThat(seen).containsOnly(true);
    }
  }
}
