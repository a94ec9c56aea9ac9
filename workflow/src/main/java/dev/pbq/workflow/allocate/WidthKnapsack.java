package dev.pbq.workflow.allocate;

import dev.pbq.core.PbqException;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Discrete widths: the knapsack of one width for each layer with the least sum of losses, by
 * dynamic programming over the bits above those of the narrowest widths. Exact where these are
 * multiples of a unit that goes into the budget few enough times, as with layers of one model they
 * are; else they are rounded up to such a unit.
 */
public final class WidthKnapsack {
  /** Units of the budget that are told apart at most. */
  private static final int MOST_UNITS = 1 << 16;

  private final List<LayerCost> layers;
  private final List<List<Width>> widths;
  private final long unit;
  private final int units;

  private WidthKnapsack(List<LayerCost> layers, List<List<Width>> widths, long spare) {
    this.layers = layers;
    this.widths = widths;
    long most = 0;
    BigInteger common = BigInteger.ZERO;
    for (List<Width> own : widths) {
      for (Width width : own) {
        common = common.gcd(BigInteger.valueOf(width.stored() - own.get(0).stored()));
      }
      most += own.get(own.size() - 1).stored() - own.get(0).stored();
    }
    long useful = Math.min(spare, most);
    this.unit = Math.max(1, Math.max(common.longValue(), (useful + MOST_UNITS - 1) / MOST_UNITS));
    this.units = Math.toIntExact(useful / unit);
  }

  /**
   * Allocates.
   *
   * @param layers at least one
   * @param widths of each layer, at least one and fewer than 128, both bits and stored bits
   *     increasing
   * @param budget stored bits of all layers together
   * @return for each layer the index of its width
   * @throws PbqException USAGE if the narrowest widths take more
   */
  public static int[] widths(List<LayerCost> layers, List<List<Width>> widths, long budget) {
    long floor = widths.stream().mapToLong(w -> w.get(0).stored()).sum();
    if (floor > budget) {
      double weights = layers.stream().mapToDouble(LayerCost::weights).sum();
      throw PbqException.usage(
          String.format(
              Locale.ROOT,
              "the budget of %.4f bits per weight of the layers is below the least that they can"
                  + " take, %.4f",
              budget / weights,
              floor / weights));
    }
    return new WidthKnapsack(layers, widths, budget - floor).best();
  }

  private int[] best() {
    double[] least = new double[units + 1];
    byte[][] choice = new byte[layers.size()][units + 1];
    for (int i = 0; i < choice.length; i++) {
      double[] next = new double[units + 1];
      Arrays.fill(next, Double.POSITIVE_INFINITY);
      for (int w = 0; w < widths.get(i).size(); w++) {
        double loss = layers.get(i).at(widths.get(i).get(w).bits());
        int cost = cost(i, w);
        for (int spent = cost; spent <= units; spent++) {
          double sum = least[spent - cost] + loss;
          if (sum < next[spent]) {
            next[spent] = sum;
            choice[i][spent] = (byte) w;
          }
        }
      }
      least = next;
    }
    int[] chosen = new int[choice.length];
    int left = units;
    for (int i = choice.length - 1; i >= 0; i--) {
      chosen[i] = choice[i][left];
      left -= cost(i, chosen[i]);
    }
    return chosen;
  }

  /** Units above the narrowest width; more than there are for what does not fit at all. */
  private int cost(int layer, int width) {
    List<Width> own = widths.get(layer);
    long bits = own.get(width).stored() - own.get(0).stored();
    return (int) Math.min(units + 1L, (bits + unit - 1) / unit);
  }
}
