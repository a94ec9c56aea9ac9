package dev.pbq.gptqpb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pbq.core.tensor.FloatMatrix;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class SalientSelectionTest {
  private static final int[] NONE = {};

  @Property(tries = 200)
  void agreesWithSorting(
      @ForAll @IntRange(min = 1, max = 150) int rows,
      @ForAll @IntRange(min = 1, max = 40) int cols,
      @ForAll @IntRange(min = 1, max = 40) int group,
      @ForAll @DoubleRange(min = 0.01, max = 0.99) double lowFrac,
      @ForAll boolean coarse,
      @ForAll boolean byHessian,
      @ForAll long seed) {
    Random random = new Random(seed);
    FloatMatrix w = FloatMatrix.zeros(rows, cols);
    for (int i = 0; i < w.data().length; i++) {
      double v = random.nextGaussian() * Math.pow(10, random.nextInt(9) - 4);
      // Coarse values make many ties.
      w.data()[i] = (float) (coarse ? random.nextInt(5) - 2 : v);
    }
    float[] pivots = new float[cols];
    for (int c = 0; c < cols; c++) {
      pivots[c] = 0.1f + random.nextFloat();
    }
    int dead = random.nextInt(cols);
    SalientSelection selection =
        SalientSelection.of(w, new int[] {dead}, byHessian ? pivots : null, group, lowFrac);
    long low = 0;
    for (int from = 0; from < cols; from += group) {
      int to = Math.min(cols, from + group);
      float[] a = new float[rows * (to - from)];
      for (int r = 0, i = 0; r < rows; r++) {
        for (int c = from; c < to; c++, i++) {
          float v = c == dead ? 0f : w.get(r, c);
          a[i] = byHessian ? v * v / (pivots[c] * pivots[c]) : Math.abs(v);
        }
      }
      float[] sorted = a.clone();
      Arrays.sort(sorted);
      float threshold = sorted[(int) (a.length * lowFrac)];
      for (int r = 0, i = 0; r < rows; r++) {
        for (int c = from; c < to; c++, i++) {
          assertThat(selection.isSalient(r, c)).isEqualTo(a[i] > threshold);
          low += a[i] <= threshold ? 1 : 0;
        }
      }
    }
    assertThat(selection.lowCount()).isEqualTo(low);
    long bits = Arrays.stream(selection.salientBits()).map(Long::bitCount).sum();
    assertThat(bits).isEqualTo((long) rows * cols - low);
  }

  @Test
  void aFractionThatRoundsToAllMakesAllLow() {
    FloatMatrix w = new FloatMatrix(1, 4, new float[] {1, 2, 3, 4});
    SalientSelection selection = SalientSelection.of(w, NONE, null, 4, Math.nextDown(1.0));
    assertThat(selection.lowCount()).isEqualTo(4);
  }
}
