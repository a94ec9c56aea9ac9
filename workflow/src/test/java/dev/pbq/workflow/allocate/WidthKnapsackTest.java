package dev.pbq.workflow.allocate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pbq.core.PbqException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class WidthKnapsackTest {
  private static List<Width> widths(long weights, int... bits) {
    List<Width> widths = new ArrayList<>();
    for (int b : bits) {
      widths.add(new Width(b, weights * b + 16));
    }
    return widths;
  }

  private static double loss(List<LayerCost> layers, List<List<Width>> widths, int[] chosen) {
    double loss = 0;
    for (int i = 0; i < chosen.length; i++) {
      loss += layers.get(i).at(widths.get(i).get(chosen[i]).bits());
    }
    return loss;
  }

  private static long stored(List<List<Width>> widths, int[] chosen) {
    long stored = 0;
    for (int i = 0; i < chosen.length; i++) {
      stored += widths.get(i).get(chosen[i]).stored();
    }
    return stored;
  }

  /** The least loss of all combinations that fit. */
  private static double exhaustive(
      List<LayerCost> layers, List<List<Width>> widths, long budget, int[] chosen, int from) {
    if (from == chosen.length) {
      return stored(widths, chosen) <= budget
          ? loss(layers, widths, chosen)
          : Double.POSITIVE_INFINITY;
    }
    double best = Double.POSITIVE_INFINITY;
    for (int w = 0; w < widths.get(from).size(); w++) {
      chosen[from] = w;
      best = Math.min(best, exhaustive(layers, widths, budget, chosen, from + 1));
    }
    return best;
  }

  @Test
  void theBestOfAllCombinations() {
    Random random = new Random(1);
    for (int trial = 0; trial < 200; trial++) {
      List<LayerCost> layers = new ArrayList<>();
      List<List<Width>> widths = new ArrayList<>();
      long weights = 0;
      for (int i = 0; i < 6; i++) {
        long n = 100L * (1 + random.nextInt(5));
        weights += n;
        layers.add(new LayerCost("l" + i, n, 0.01 * Math.exp(random.nextGaussian()), 1.5));
        widths.add(widths(n, 2, 3, 4, 8));
      }
      long budget = (long) (weights * (2.2 + 2 * random.nextDouble()));
      int[] chosen = WidthKnapsack.widths(layers, widths, budget);
      double best = exhaustive(layers, widths, budget, new int[6], 0);
      assertThat(stored(widths, chosen)).isLessThanOrEqualTo(budget);
      assertThat(loss(layers, widths, chosen)).isCloseTo(best, Offset.offset(1e-12 * best));
    }
  }

  @Test
  void equalLayersShareEqually() {
    List<LayerCost> layers = new ArrayList<>();
    List<List<Width>> widths = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      layers.add(new LayerCost("l" + i, 100, 0.01, 1.5));
      widths.add(widths(100, 2, 3, 4));
    }
    assertThat(WidthKnapsack.widths(layers, widths, 10L * 316)).containsOnly(1);
  }

  @Test
  void whatCostsMoreIsWider() {
    List<LayerCost> layers =
        List.of(new LayerCost("a", 100, 0.0001, 1.5), new LayerCost("b", 100, 0.1, 1.5));
    List<List<Width>> widths = List.of(widths(100, 2, 3, 4), widths(100, 2, 3, 4));
    assertThat(WidthKnapsack.widths(layers, widths, 2L * 316)).containsExactly(0, 2);
  }

  @Test
  void costsWithoutACommonUnitAreRoundedUp() {
    Random random = new Random(2);
    List<LayerCost> layers = new ArrayList<>();
    List<List<Width>> widths = new ArrayList<>();
    long weights = 0;
    for (int i = 0; i < 40; i++) {
      long n = 1_000_000L + random.nextInt(5_000_000);
      weights += n;
      layers.add(new LayerCost("l" + i, n, 0.01 * Math.exp(random.nextGaussian()), 1.5));
      widths.add(widths(n, 2, 3, 4));
    }
    long budget = 3 * weights;
    long stored = stored(widths, WidthKnapsack.widths(layers, widths, budget));
    assertThat(stored).isBetween((long) (0.99 * budget), budget);
  }

  @Test
  void aBudgetBelowTheNarrowestIsRefused() {
    List<LayerCost> layers = List.of(new LayerCost("a", 100, 0.1, 1.5));
    assertThatThrownBy(() -> WidthKnapsack.widths(layers, List.of(widths(100, 2, 3)), 215))
        .isInstanceOf(PbqException.class)
        .hasMessageContaining("below the least");
  }
}
