package dev.pbq.core.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.tensor.FloatMatrix;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WeightErrorTest {
  /** The last magnitudes have squares that float32 cannot hold. */
  @ParameterizedTest
  @CsvSource({
    "1, 1, 0.02",
    "3, 5, 1",
    "64, 64, 0.02",
    "130, 1000, 0.02",
    "7, 20000, 3",
    "1, 70000, 0.1",
    "40, 2000, 1e-20",
    "40, 2000, 1e-30",
    "40, 2000, 1e20",
    "40, 2000, 0"
  })
  void sumsAreThoseOfFloat64(int rows, int cols, float magnitude) {
    FloatMatrix w = FloatMatrix.zeros(rows, cols);
    Random random = new Random(rows);
    for (int i = 0; i < w.data().length; i++) {
      w.data()[i] = (float) (magnitude * random.nextGaussian());
    }
    // The rounding of zeros has a scale of 0, and no finite error.
    QuantizedLinear q = HessianRecorder.rounded(magnitude == 0 ? ones(rows, cols) : w);
    float[] values = q.dequantize().data();
    double error = 0;
    double reference = 0;
    for (int i = 0; i < values.length; i++) {
      double d = w.data()[i] - values[i];
      error += d * d;
      reference += (double) w.data()[i] * w.data()[i];
    }
    WeightError found = Parallel.withThreads(3, () -> WeightError.of(w, q));
    assertThat(found.error()).isCloseTo(error, within(1e-6 * error));
    assertThat(found.reference()).isCloseTo(reference, within(1e-6 * reference));
    assertThat(Parallel.withThreads(1, () -> WeightError.of(w, q))).isEqualTo(found);
  }

  private static FloatMatrix ones(int rows, int cols) {
    FloatMatrix ones = FloatMatrix.zeros(rows, cols);
    java.util.Arrays.fill(ones.data(), 1);
    return ones;
  }
}
