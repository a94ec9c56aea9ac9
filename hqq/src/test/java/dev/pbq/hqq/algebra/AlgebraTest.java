package dev.pbq.hqq.algebra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.pbq.core.packed.FlatGroups;
import dev.pbq.core.tensor.DoubleMatrix;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Products with codes against dense products in float64. */
class AlgebraTest {
  @Property(tries = 200)
  void codeProductIsTheDenseProduct(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 9) int rows,
      @ForAll @IntRange(min = 1, max = 24) int cols,
      @ForAll @IntRange(min = 0, max = 1) int axis,
      @ForAll @IntRange(min = 1, max = 64) int wanted) {
    int n = rows * cols;
    int size = Math.min(wanted, n);
    while (n % size != 0) {
      size--;
    }
    Random random = new Random(seed);
    FlatGroups groups = new FlatGroups(axis, size);
    byte[] codes = new byte[n];
    random.nextBytes(codes);
    double[] scale = gaussian(random, n / size);
    double[] zero = gaussian(random, n / size);
    double[] x = gaussian(random, cols);
    double[] y = new CodeProduct(rows, cols, groups, codes, scale, zero).times(x);
    for (int o = 0; o < rows; o++) {
      double dense = 0;
      for (int c = 0; c < cols; c++) {
        int i = o * cols + c;
        int g = groups.of(i, n);
        dense += x[c] * ((codes[i] & 0xff) - zero[g]) * scale[g];
      }
      assertThat(y[o]).isCloseTo(dense, within(1e-9));
    }
  }

  @Property(tries = 100)
  void splitCodesGiveTheSameProduct(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 100) int n) {
    Random random = new Random(seed);
    byte[] codes = new byte[n];
    for (int i = 0; i < n; i++) {
      codes[i] = (byte) random.nextInt(4);
    }
    double[] x = gaussian(random, n);
    BinaryTernary split = BinaryTernary.of(codes);
    double expected = 0;
    for (int i = 0; i < n; i++) {
      assertThat(split.binary()[i]).isBetween((byte) 0, (byte) 1);
      assertThat(split.ternary()[i]).isBetween((byte) -1, (byte) 1);
      assertThat(split.binary()[i] + split.ternary()[i]).isEqualTo(codes[i] - 1);
      expected += x[i] * (codes[i] - 1);
    }
    assertThat(split.dot(x, 0, n)).isCloseTo(expected, within(1e-9));
  }

  @Test
  void splitFollowsTheBlog() {
    BinaryTernary split = BinaryTernary.of(new byte[] {0, 1, 2, 3});
    assertThat(split.binary()).containsExactly(0, 0, 1, 1);
    assertThat(split.ternary()).containsExactly(-1, 0, 0, 1);
    assertThatThrownBy(() -> BinaryTernary.of(new byte[] {4}))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Property(tries = 100)
  void mergedCorrectionIsTheSum(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 12) int inputs,
      @ForAll @IntRange(min = 1, max = 12) int outputs,
      @ForAll @IntRange(min = 1, max = 5) int rank,
      @ForAll @IntRange(min = 1, max = 32) int alpha) {
    Random random = new Random(seed);
    LowRank adapter =
        new LowRank(
            new DoubleMatrix(inputs, rank, gaussian(random, inputs * rank)),
            new DoubleMatrix(rank, outputs, gaussian(random, rank * outputs)));
    double[] u = gaussian(random, outputs);
    double[] x = gaussian(random, inputs);
    LowRank merged = LowRank.merged(adapter, alpha, u);
    assertThat(merged.rank()).isEqualTo(rank + 1);
    double sum = 0;
    for (double value : x) {
      sum += value;
    }
    double[] low = adapter.times(x);
    double[] both = merged.times(x);
    for (int o = 0; o < outputs; o++) {
      assertThat(both[o]).isCloseTo(low[o] * alpha / rank + sum * u[o], within(1e-8));
    }
  }

  private static double[] gaussian(Random random, int n) {
    return random.doubles(n, -2, 2).toArray();
  }
}
