package dev.pbq.ecq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pbq.core.packed.EntropyCodedLinear;
import dev.pbq.core.packed.ScaleDtype;
import dev.pbq.core.quant.LinearProblem;
import dev.pbq.core.quant.Quantization;
import dev.pbq.core.tensor.FloatMatrix;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RowScalingTest {
  private static final int COLS = 96;

  /** Rows of sizes from 1/8 to 8, and one of zeros. */
  private static FloatMatrix unevenRows(int rows) {
    Random random = new Random(5);
    FloatMatrix w = FloatMatrix.zeros(rows, COLS);
    for (int r = 1; r < rows; r++) {
      double size = Math.pow(2, r % 7 - 3);
      for (int c = 0; c < COLS; c++) {
        w.data()[r * COLS + c] = (float) (size * random.nextGaussian());
      }
    }
    return w;
  }

  private static Quantization quantize(FloatMatrix w, double bits, double exponent) {
    EcqSettings settings = new EcqSettings(bits, 8, null, null, null, true, exponent, null);
    return new EcqQuantizer(settings).quantize(new LinearProblem("table", w, Optional.empty()));
  }

  /** ||w - q|| / ||w|| of each row, squared, without the row of zeros. */
  private static double[] relativeErrors(FloatMatrix w, FloatMatrix q) {
    double[] errors = new double[w.rows() - 1];
    for (int r = 1; r < w.rows(); r++) {
      double error = 0;
      double size = 0;
      for (int i = r * COLS; i < (r + 1) * COLS; i++) {
        error += Math.pow(w.data()[i] - q.data()[i], 2);
        size += Math.pow(w.data()[i], 2);
      }
      errors[r - 1] = error / size;
    }
    return errors;
  }

  @Test
  void smallRowsAreAsGoodAsLargeOnes() {
    FloatMatrix w = unevenRows(400);
    Quantization scaled = quantize(w, 3, 1);
    Quantization plain = quantize(w, 3, 0);
    assertThat(scaled.linear().bits().total() / (400.0 * COLS)).isCloseTo(3, within(0.004));
    double worst = 0;
    double sum = 0;
    for (double e : relativeErrors(w, scaled.linear().dequantize())) {
      worst = Math.max(worst, e);
      sum += e;
    }
    double plainSum = 0;
    for (double e : relativeErrors(w, plain.linear().dequantize())) {
      plainSum += e;
    }
    assertThat(worst).isLessThan(3 * sum / 399);
    assertThat(sum).isLessThan(0.3 * plainSum);
  }

  @Test
  void scalesAreStoredAndCounted() {
    FloatMatrix w = unevenRows(64);
    EntropyCodedLinear linear = (EntropyCodedLinear) quantize(w, 4, 1).linear();
    float[] scales = linear.rowScales().orElseThrow();
    assertThat(scales[0]).isEqualTo(1);
    for (int r = 1; r < 64; r++) {
      double squares = 0;
      for (int c = 0; c < COLS; c++) {
        squares += Math.pow(w.get(r, c), 2);
      }
      assertThat(scales[r]).isEqualTo(ScaleDtype.F16.round((float) Math.sqrt(squares / COLS)));
    }
    EntropyCodedLinear without = (EntropyCodedLinear) quantize(w, 4, 0).linear();
    assertThat(without.rowScales()).isEmpty();
    assertThat(linear.bits().total()).isCloseTo(without.bits().total(), within(64L * 16));
  }
}
