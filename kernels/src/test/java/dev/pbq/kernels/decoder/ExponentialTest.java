package dev.pbq.kernels.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pbq.core.model.ActivationFunction;
import dev.pbq.kernels.lanes.BestLanes;
import dev.pbq.kernels.lanes.Exponential;
import dev.pbq.kernels.lanes.Lanes;
import dev.pbq.kernels.lanes.PlainLanes;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Float32 functions against float64, and the error function against its printed values. */
class ExponentialTest {
  @Test
  void exponentialsAreOffByAFewUnitsInTheLastPlace() {
    for (float x = -86.99f; x < 88.7f; x += 0.00137f) {
      double wanted = Math.exp(x);
      assertThat((double) Exponential.exp(x)).as("%s", x).isCloseTo(wanted, within(wanted * 3e-7));
    }
    assertThat(Exponential.exp(0)).isEqualTo(1);
    assertThat(Exponential.exp(-200)).isZero();
    assertThat(Exponential.exp(Float.NEGATIVE_INFINITY)).isZero();
    assertThat(Exponential.exp(100)).isEqualTo(Float.POSITIVE_INFINITY);
    assertThat(Exponential.exp(Float.NaN)).isNaN();
  }

  @Test
  void loopsGiveTheSameBits() {
    float[] special = {-87, Math.nextUp(-87f), 88.7f, Math.nextUp(88.7f), Float.NaN, -0f, 1e30f};
    float[] x = new float[250_003];
    for (int i = 0; i < x.length; i++) {
      x[i] = i < special.length ? special[i] : -90 + 0.00073f * i;
    }
    float[] expected = x.clone();
    for (int i = 1; i < x.length; i++) {
      expected[i] = Exponential.exp(x[i] - 0.5f);
    }
    for (Lanes lanes : List.of(BestLanes.get(), new PlainLanes())) {
      float[] y = x.clone();
      lanes.exp(y, 1, y.length, 0.5f);
      assertThat(y).as(lanes.name()).isEqualTo(expected);
    }
  }

  @Test
  void tangentsAndSigmoidsKeepTheirRelativePrecision() {
    for (float x = -30; x < 30; x += 0.00091f) {
      double tanh = Math.tanh(x);
      assertThat((double) Exponential.tanh(x))
          .as("tanh %s", x)
          .isCloseTo(tanh, within(Math.abs(tanh) * 4e-7));
      double sigmoid = 1 / (1 + Math.exp(-x));
      assertThat((double) Exponential.sigmoid(x))
          .as("sigmoid %s", x)
          .isCloseTo(sigmoid, within(sigmoid * 5e-7));
    }
  }

  /** Abramowitz and Stegun, table 7.1. */
  @Test
  void theErrorFunctionHasItsPrintedValues() {
    assertThat(Nonlinear.erf(0.1)).isCloseTo(0.1124629160, within(1e-10));
    assertThat(Nonlinear.erf(0.5)).isCloseTo(0.5204998778, within(1e-10));
    assertThat(Nonlinear.erf(1)).isCloseTo(0.8427007929, within(1e-10));
    assertThat(Nonlinear.erf(1.9)).isCloseTo(0.9927904292, within(1e-10));
    assertThat(Nonlinear.erf(-1)).isEqualTo(-Nonlinear.erf(1));
    assertThat(Nonlinear.erf(7)).isEqualTo(1);
    // The series and the continued fraction meet.
    assertThat(Nonlinear.erf(2.5)).isCloseTo(Nonlinear.erf(Math.nextDown(2.5)), within(1e-12));
  }

  @Test
  void activationsAreTheirDefinitions() {
    for (float x : new float[] {-8, -2.5f, -0.3f, 0, 1e-4f, 0.7f, 3, 20}) {
      double cubic = x + 0.044715 * Math.pow(x, 3);
      assertValue(ActivationFunction.SILU, x, x / (1 + Math.exp(-x)));
      assertValue(ActivationFunction.QUICK_GELU, x, x / (1 + Math.exp(-1.702 * x)));
      assertValue(
          ActivationFunction.GELU_TANH,
          x,
          0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * cubic)));
      assertValue(ActivationFunction.GELU, x, 0.5 * x * (1 + Nonlinear.erf(x / Math.sqrt(2))));
      assertValue(ActivationFunction.RELU, x, x > 0 ? x : 0);
    }
  }

  private static void assertValue(ActivationFunction function, float x, double wanted) {
    float[] value = {x};
    Nonlinear.apply(function, value);
    assertThat((double) value[0])
        .as("%s of %s", function, x)
        .isCloseTo(wanted, within(1e-6 * Math.abs(wanted) + 1e-12));
  }
}
