package dev.pbq.core.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.core.testkit.Synthetic;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class QuadraticTraceTest {
  @Property(tries = 15)
  void agreesWithTheDefinition(
      @ForAll @IntRange(min = 1, max = 600) int n,
      @ForAll @IntRange(min = 1, max = 9) int rows,
      @ForAll long seed) {
    FloatMatrix x = Synthetic.inputs(20, n, seed);
    FloatMatrix d = Synthetic.weight(rows, n, seed + 1);
    double expected = Matrices.trace(Matrices.gram(x, 2), d);
    try (Hessian h = Synthetic.hessian(x)) {
      assertThat(h.quadraticTrace(d)).isCloseTo(expected, within(1e-4 * expected));
    }
  }

  @Test
  void takesManyRowsInChunks() {
    // More entries than are taken at a time.
    int n = 16;
    int rows = (1 << 23) / n + 5;
    FloatMatrix ones = FloatMatrix.zeros(rows, n);
    java.util.Arrays.fill(ones.data(), 1f);
    FloatMatrix identity = FloatMatrix.zeros(n, n);
    for (int i = 0; i < n; i++) {
      identity.data()[i * n + i] = 1;
    }
    try (Hessian h = Hessian.of(identity, 1)) {
      assertThat(h.quadraticTrace(ones)).isEqualTo((double) rows * n);
    }
  }

  @Test
  void refusesAnotherShape() {
    try (Hessian h = Hessian.of(new FloatMatrix(1, 1, new float[] {1}), 1)) {
      assertThatThrownBy(() -> h.quadraticTrace(FloatMatrix.zeros(2, 2)))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
