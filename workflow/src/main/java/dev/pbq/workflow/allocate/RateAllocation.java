package dev.pbq.workflow.allocate;

import dev.pbq.core.PbqException;
import java.util.List;
import java.util.Locale;

/**
 * Continuous rates: the sum of losses at a number of bits is least where a bit more saves the same
 * in every layer. With losses K_l 2^(-2 R_l) that is the closed form R_l = 1/2 log2(K_l / n_l) + c;
 * with measured curves of the error each rate is found from its price. Rates are clipped; the price
 * is found by bisection.
 */
public final class RateAllocation {
  /** No price of a bit is beyond exp of this. */
  private static final double LOG_PRICES = 80;

  private static final int HALVINGS = 60;

  private RateAllocation() {}

  /**
   * Allocates.
   *
   * @param layers at least one
   * @param least smallest rate of each
   * @param most largest rate of each, not below the smallest
   * @param bits of all layers together
   * @return the rate of each layer, bits per weight; together they take {@code bits}, or what the
   *     largest rates take if that is less
   * @throws PbqException USAGE if the smallest rates take more
   */
  public static double[] rates(List<LayerCost> layers, double[] least, double[] most, double bits) {
    double floor = total(layers, least);
    if (floor > bits * (1 + 1e-12)) {
      double weights = layers.stream().mapToDouble(LayerCost::weights).sum();
      throw PbqException.usage(
          String.format(
              Locale.ROOT,
              "the budget of %.4f bits per weight of the layers is below the least that they can"
                  + " take, %.4f",
              bits / weights,
              floor / weights));
    }
    double low = -LOG_PRICES;
    double high = LOG_PRICES;
    for (int i = 0; i < HALVINGS; i++) {
      double middle = 0.5 * (low + high);
      if (total(layers, at(layers, least, most, middle)) > bits) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return at(layers, least, most, high);
  }

  private static double[] at(
      List<LayerCost> layers, double[] least, double[] most, double logPrice) {
    double[] rates = new double[layers.size()];
    for (int i = 0; i < rates.length; i++) {
      rates[i] = layers.get(i).rateAt(logPrice, least[i], most[i]);
    }
    return rates;
  }

  private static double total(List<LayerCost> layers, double[] rates) {
    double bits = 0;
    for (int i = 0; i < rates.length; i++) {
      bits += layers.get(i).weights() * rates[i];
    }
    return bits;
  }
}
