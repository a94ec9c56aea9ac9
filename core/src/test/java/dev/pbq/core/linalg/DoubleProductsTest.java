package dev.pbq.core.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pbq.core.tensor.DoubleMatrix;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DoubleProductsTest {
  @Test
  void equalsTheProductByDefinition() {
    Random random = new Random(5);
    DoubleMatrix a = random(random, 523, 37);
    DoubleMatrix b = random(random, 37, 19);
    DoubleMatrix c = DoubleProducts.multiply(a, b);
    for (int i = 0; i < a.rows(); i++) {
      for (int j = 0; j < b.cols(); j++) {
        double sum = 0;
        for (int k = 0; k < a.cols(); k++) {
          sum += a.get(i, k) * b.get(k, j);
        }
        assertThat(c.get(i, j)).isCloseTo(sum, within(1e-13));
      }
    }
  }

  private static DoubleMatrix random(Random random, int rows, int cols) {
    return new DoubleMatrix(rows, cols, random.doubles((long) rows * cols, -1, 1).toArray());
  }
}
