package dev.pbq.core.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.pbq.core.PbqException;
import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.core.testkit.Synthetic;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HessianAccumulatorTest {
  @ParameterizedTest
  @CsvSource({"1,1", "5,3", "40,64", "9000,3", "64,300", "20,2100"})
  void isTwoOverSequencesTimesTheGramMatrix(int tokens, int size) {
    FloatMatrix x = Synthetic.inputs(tokens, size, 1);
    try (HessianAccumulator accumulator = new HessianAccumulator(size)) {
      accumulator.add(Synthetic.direct(x.data()), tokens, 1);
      accumulator.add(Synthetic.direct(x.data()), tokens, 3);
      try (Hessian h = accumulator.finish("x")) {
        assertThat(h.size()).isEqualTo(size);
        assertThat(h.sequences()).isEqualTo(4);
        compare(h, x);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"40,64,3", "30,1300,4", "5000,600,2", "9,2100,3"})
  void bandsSummedApartAreTheRowsOfTheWhole(int tokens, int size, int most) {
    FloatMatrix x = Synthetic.inputs(tokens, size, 5);
    int[] starts = HessianAccumulator.bands(size, most);
    assertThat(starts[0]).isZero();
    assertThat(starts).hasSizeBetween(2, most + 1).endsWith(size).isSorted();
    List<HessianRows> bands = new ArrayList<>();
    for (int b = 0; b + 1 < starts.length; b++) {
      int from = starts[b];
      FloatMatrix last = FloatMatrix.zeros(tokens, size - from);
      for (int t = 0; t < tokens; t++) {
        System.arraycopy(x.data(), t * size + from, last.data(), t * (size - from), size - from);
      }
      try (HessianAccumulator band = HessianAccumulator.ofRows(size, from, starts[b + 1])) {
        band.add(Synthetic.direct(last.data()), tokens, 1);
        band.add(Synthetic.direct(last.data()), tokens, 2);
        bands.add(band.finishRows("x"));
      }
    }
    try (HessianAccumulator all = new HessianAccumulator(size)) {
      all.add(Synthetic.direct(x.data()), tokens, 1);
      all.add(Synthetic.direct(x.data()), tokens, 2);
      try (Hessian whole = all.finish("x");
          Hessian together = Hessian.of(bands)) {
        assertThat(together.sequences()).isEqualTo(3);
        double[] expected = new double[size];
        double[] found = new double[size];
        for (int row = 0; row < size; row++) {
          whole.row(row, expected);
          together.row(row, found);
          assertThat(found).isEqualTo(expected);
        }
      }
    }
    assertThatThrownBy(() -> HessianAccumulator.ofRows(size, 1, size))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Hessian.of(List.of(bands.get(0), bands.get(0))))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** Entries one by one, through the trace of rows with one and two ones. */
  private static void compare(Hessian h, FloatMatrix x) {
    double[] diagonal = h.diagonal();
    double largest = Arrays.stream(diagonal).max().orElseThrow();
    int size = h.size();
    for (int i = 0; i < size; i += 1 + size / 15) {
      assertThat(diagonal[i]).isCloseTo(entry(x, i, i), within(1e-5 * largest));
      for (int k = 0; k < i; k += 1 + size / 15) {
        FloatMatrix both = FloatMatrix.zeros(1, size);
        both.data()[i] = 1;
        both.data()[k] = 1;
        double off = (h.quadraticTrace(both) - diagonal[i] - diagonal[k]) / 2;
        assertThat(off).isCloseTo(entry(x, i, k), within(1e-5 * largest));
      }
    }
  }

  /** 2/4 of twice the sum over tokens. */
  private static double entry(FloatMatrix x, int i, int k) {
    double sum = 0;
    for (int t = 0; t < x.rows(); t++) {
      sum += (double) x.get(t, i) * x.get(t, k);
    }
    return sum;
  }

  @Test
  void readsFromTheBuffersPosition() {
    FloatMatrix x = Synthetic.inputs(6, 5, 2);
    FloatBuffer larger =
        ByteBuffer.allocateDirect(4 * 50).order(ByteOrder.nativeOrder()).asFloatBuffer();
    for (int i = 0; i < 50; i++) {
      larger.put(i, Float.NaN);
    }
    larger.position(7);
    larger.put(x.data());
    larger.position(7);
    try (HessianAccumulator accumulator = new HessianAccumulator(5);
        Hessian expected = Synthetic.hessian(x)) {
      accumulator.add(larger, 6, 1);
      FloatBuffer slice = larger.slice();
      accumulator.add(slice.limit(30), 6, 1);
      assertThat(larger.position()).isEqualTo(7);
      try (Hessian h = accumulator.finish("x")) {
        assertThat(h.diagonal()).containsExactly(expected.diagonal());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 3e38f})
  void refusesInputsThatAreNotFinite(float bad) {
    FloatMatrix x = Synthetic.inputs(10, 8, 3);
    x.data()[13] = bad;
    try (HessianAccumulator accumulator = new HessianAccumulator(8)) {
      accumulator.add(Synthetic.direct(x.data()), 10, 1);
      assertThatThrownBy(() -> accumulator.finish("model.layers.3 input"))
          .isInstanceOfSatisfying(
              PbqException.class, e -> assertThat(e.kind()).isEqualTo(PbqException.Kind.NUMERICAL))
          .hasMessageContaining("model.layers.3 input");
    }
  }

  @Test
  void refusesBuffersItCannotReadInPlace() {
    try (HessianAccumulator accumulator = new HessianAccumulator(2)) {
      FloatBuffer heap = FloatBuffer.allocate(8);
      assertThatThrownBy(() -> accumulator.add(heap, 4, 1))
          .isInstanceOf(IllegalArgumentException.class);
      ByteOrder other =
          ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN
              ? ByteOrder.LITTLE_ENDIAN
              : ByteOrder.BIG_ENDIAN;
      FloatBuffer swapped = ByteBuffer.allocateDirect(32).order(other).asFloatBuffer();
      assertThatThrownBy(() -> accumulator.add(swapped, 4, 1))
          .isInstanceOf(IllegalArgumentException.class);
      FloatBuffer small = Synthetic.direct(new float[7]);
      assertThatThrownBy(() -> accumulator.add(small, 4, 1))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> accumulator.finish("x")).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void cannotBeUsedAfterItsEnd() {
    HessianAccumulator accumulator = new HessianAccumulator(2);
    accumulator.add(Synthetic.direct(new float[] {1, 2}), 1, 1);
    Hessian h = accumulator.finish("x");
    assertThatThrownBy(() -> accumulator.finish("x")).isInstanceOf(IllegalStateException.class);
    accumulator.close();
    assertThat(h.diagonal()).containsExactly(2, 8);
    h.close();
    h.close();
    assertThatThrownBy(h::diagonal).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void isTheSameForAnyNumberOfThreads() {
    FloatMatrix x = Synthetic.inputs(200, 700, 4);
    FloatMatrix d = Synthetic.weight(30, 700, 5);
    try (Hessian one = Parallel.withThreads(1, () -> Synthetic.hessian(x));
        Hessian three = Parallel.withThreads(3, () -> Synthetic.hessian(x))) {
      assertThat(three.diagonal()).containsExactly(one.diagonal());
      assertThat(three.quadraticTrace(d)).isEqualTo(one.quadraticTrace(d));
    }
  }
}
