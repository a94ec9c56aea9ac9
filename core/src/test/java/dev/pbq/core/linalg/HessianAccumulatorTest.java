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
import java.util.Arrays;
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
