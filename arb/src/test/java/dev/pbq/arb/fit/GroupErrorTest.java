package dev.pbq.arb.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.pbq.core.tensor.DoubleMatrix;
import org.junit.jupiter.api.Test;

class GroupErrorTest {
  /** One row (1, 2, 3), members 1 and 3, level mu + a B = 1 and 2: residuals 0 and 1. */
  private final DoubleMatrix v = new DoubleMatrix(1, 3, new double[] {1, 2, 3});

  private final Groups groups = Groups.ofMask(1, 3, new byte[] {1, 0, 1}, 1);
  private final RowFit fit = new RowFit(new double[] {1.5}, new double[] {0.5}, null);
  private final SignPlanes signs = new SignPlanes(1, 3);

  GroupErrorTest() {
    signs.first()[2] = 1;
  }

  @Test
  void squares() {
    assertThat(GroupError.squared(v, groups, 0, fit, signs)).isEqualTo(1);
  }

  @Test
  void weightedSquares() {
    DoubleMatrix s = new DoubleMatrix(3, 3, new double[] {9, 0, 4, 0, 9, 0, 4, 0, 5});
    assertThat(GroupError.weighted(v, groups, 0, fit, signs, s)).isEqualTo(5);
    // Level 0 for both: residuals 1 and 3, 9 + 2 * 3 * 4 + 9 * 5.
    RowFit zero = new RowFit(new double[1], new double[1], null);
    assertThat(GroupError.weighted(v, groups, 0, zero, signs, s)).isCloseTo(78, within(1e-12));
  }

  @Test
  void shapesMustMatch() {
    DoubleMatrix s = DoubleMatrix.zeros(4, 4);
    assertThatThrownBy(() -> GroupError.weighted(v, groups, 0, fit, signs, s))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> GroupError.squared(s, groups, 0, fit, signs))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
