package dev.pbq.workflow.allocate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pbq.core.PbqException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class RateAllocationTest {
  private static double[] all(int count, double value) {
    double[] values = new double[count];
    Arrays.fill(values, value);
    return values;
  }

  private static List<LayerCost> layers(Random random, int count) {
    List<LayerCost> layers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      layers.add(
          new LayerCost(
              "layer" + i,
              1000 + random.nextInt(100_000),
              0.001 * Math.exp(2 * random.nextGaussian()),
              1.5));
    }
    return layers;
  }

  private static double mean(List<LayerCost> layers, double[] rates) {
    double bits = 0;
    double weights = 0;
    for (int i = 0; i < rates.length; i++) {
      bits += rates[i] * layers.get(i).weights();
      weights += layers.get(i).weights();
    }
    return bits / weights;
  }

  private static double loss(List<LayerCost> layers, double[] rates) {
    double loss = 0;
    for (int i = 0; i < rates.length; i++) {
      loss += layers.get(i).at(rates[i]);
    }
    return loss;
  }

  @Test
  void withoutClippingIsTheClosedForm() {
    List<LayerCost> layers =
        List.of(new LayerCost("a", 100, 0.04, 1.5), new LayerCost("b", 300, 0.01, 1.5));
    double a = 0.5 * Math.log(0.04 / 100) / Math.log(2);
    double b = 0.5 * Math.log(0.01 / 300) / Math.log(2);
    double middle = (100 * a + 300 * b) / 400;

    double[] rates = RateAllocation.rates(layers, all(2, 0), all(2, 16), 400 * 2.25);

    assertThat(rates[0]).isCloseTo(2.25 + a - middle, within());
    assertThat(rates[1]).isCloseTo(2.25 + b - middle, within());
  }

  private static Offset<Double> within() {
    return Offset.offset(1e-6);
  }

  @Test
  void noGridOfRatesIsBetter() {
    Random random = new Random(3);
    for (int trial = 0; trial < 20; trial++) {
      List<LayerCost> layers = layers(random, 3);
      double weights = layers.stream().mapToDouble(LayerCost::weights).sum();
      double[] rates = RateAllocation.rates(layers, all(3, 0.9), all(3, 4), 2.25 * weights);
      double best = Double.POSITIVE_INFINITY;
      for (double x = 0.9; x <= 4; x += 0.02) {
        for (double y = 0.9; y <= 4; y += 0.02) {
          double z =
              (2.25 * weights - x * layers.get(0).weights() - y * layers.get(1).weights())
                  / layers.get(2).weights();
          if (z >= 0.9 && z <= 4) {
            best = Math.min(best, loss(layers, new double[] {x, y, z}));
          }
        }
      }
      assertThat(loss(layers, rates)).isLessThanOrEqualTo(best * (1 + 1e-6));
      assertThat(loss(layers, rates)).isGreaterThan(0.97 * best);
    }
  }

  @Test
  void meetsTheBudgetWithinTheBounds() {
    Random random = new Random(4);
    for (double wanted : new double[] {0.95, 1.5, 2.25, 3, 3.9}) {
      List<LayerCost> layers = layers(random, 50);
      double weights = layers.stream().mapToDouble(LayerCost::weights).sum();
      double[] rates = RateAllocation.rates(layers, all(50, 0.9), all(50, 4), wanted * weights);
      assertThat(mean(layers, rates)).isCloseTo(wanted, Offset.offset(1e-6));
      assertThat(Arrays.stream(rates).min().orElseThrow()).isGreaterThanOrEqualTo(0.9);
      assertThat(Arrays.stream(rates).max().orElseThrow()).isLessThanOrEqualTo(4);
    }
  }

  @Test
  void moreLossMeansMoreBits() {
    List<LayerCost> layers = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      layers.add(new LayerCost("layer" + i, 500, 0.001 * (1 << i), 1.5));
    }
    double[] rates = RateAllocation.rates(layers, all(6, 0.9), all(6, 4), 6 * 500 * 2.5);
    for (int i = 1; i < rates.length; i++) {
      assertThat(rates[i] - rates[i - 1]).isCloseTo(0.5, within());
    }
  }

  @Test
  void aBudgetBelowTheLeastIsRefused() {
    List<LayerCost> layers = layers(new Random(5), 4);
    double weights = layers.stream().mapToDouble(LayerCost::weights).sum();
    assertThatThrownBy(() -> RateAllocation.rates(layers, all(4, 0.9), all(4, 4), 0.8 * weights))
        .isInstanceOf(PbqException.class)
        .hasMessageContaining("0.8000")
        .hasMessageContaining("0.9000");
  }

  @Test
  void aLossThatIsNoneIsRefused() {
    assertThatThrownBy(() -> new LayerCost("model.layers.0.q", 10, Double.NaN, 1.5))
        .isInstanceOf(PbqException.class)
        .hasMessageContaining("model.layers.0.q");
    assertThatThrownBy(() -> new LayerCost("q", 10, -1, 1.5)).isInstanceOf(PbqException.class);
  }
}
