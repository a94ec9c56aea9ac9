package dev.pbq.search.sampler;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Distributes bits over variables by what was seen of their sensitivity. The damage that rounding
 * one operand does is taken to be proportional to its squared error, which a bit more divides by
 * four; the damages of all operands are taken to add up. Those of single variables follow from
 * groups that were made narrower together (an operation in all layers, a layer, a kind of operand):
 * each variable's is the product of its groups' shares.
 */
final class WidthAllocation {
  /** Groups whose narrowing did no harm that could be seen count so much of the average. */
  private static final double LEAST_SHARE = 0.05;

  private static final int STEPS = 60;
  private static final int NONE = -1;

  private final List<Variable> variables;
  private final List<Integer> base;
  private final ToDoubleFunction<List<Integer>> averageBits;
  private final double[] damage;
  private final double[] cost;
  private final int[] leader;
  private final List<int[]> pending = new ArrayList<>();
  private final List<Double> losses = new ArrayList<>();

  /**
   * Prepares.
   *
   * @param base the point that was varied
   * @param averageBits of a point; additive in the widths of the variables
   */
  WidthAllocation(
      List<Variable> variables, List<Integer> base, ToDoubleFunction<List<Integer>> averageBits) {
    this.variables = variables;
    this.base = base;
    this.averageBits = averageBits;
    this.damage = new double[variables.size()];
    this.cost = new double[variables.size()];
    this.leader = new int[variables.size()];
    Arrays.fill(damage, 1);
    Arrays.fill(leader, NONE);
    double bits = averageBits.applyAsDouble(base);
    for (int v = 0; v < cost.length; v++) {
      if (variables.get(v).isWidth() && variables.get(v).narrower(base.get(v)).isPresent()) {
        int narrower = variables.get(v).narrower(base.get(v)).getAsInt();
        List<Integer> point = new ArrayList<>(base);
        point.set(v, narrower);
        cost[v] =
            (bits - averageBits.applyAsDouble(point))
                / (width(v, base.get(v)) - width(v, narrower));
        if (cost[v] <= 0) {
          cost[v] = 0;
          leader[v] = leader(v);
        }
      }
    }
  }

  /**
   * The input of the same operation. The right operand of an attention product is counted with the
   * left one's width; it shall not be wider just because that is free.
   */
  private int leader(int variable) {
    for (int v = 0; v < variables.size(); v++) {
      if (variables.get(v).section().equals(variables.get(variable).section())
          && variables.get(v).key().equals("data_in_width")) {
        return v == variable ? NONE : v;
      }
    }
    return NONE;
  }

  /**
   * Takes note of what it cost to make some variables narrower. Groups are to come partition by
   * partition: all groups of one before those of the next.
   *
   * @param loss of quality, at whatever scale
   */
  void observe(Collection<Integer> group, double loss) {
    pending.add(group.stream().mapToInt(Integer::intValue).toArray());
    losses.add(loss);
  }

  /**
   * The point that is expected to do the least damage with at most so many bits; the narrowest
   * point if there is none.
   */
  List<Integer> within(double bits) {
    shareOut();
    double low = 0;
    double high = 1;
    while (averageBits.applyAsDouble(allocate(high)) > bits && high < 1e12) {
      high *= 4;
    }
    for (int i = 0; i < STEPS; i++) {
      double middle = low == 0 ? high / 16 : Math.sqrt(low * high);
      if (averageBits.applyAsDouble(allocate(middle)) > bits) {
        low = middle;
      } else {
        high = middle;
      }
      if (low == 0 && high < 1e-15) {
        break;
      }
    }
    return allocate(high);
  }

  /** Multiplies the shares of all groups into the damages, once. */
  private void shareOut() {
    int from = 0;
    while (from < pending.size()) {
      // A partition ends where a variable comes again.
      boolean[] seen = new boolean[damage.length];
      int to = from;
      while (to < pending.size() && !anySeen(pending.get(to), seen)) {
        for (int v : pending.get(to)) {
          seen[v] = true;
        }
        to++;
      }
      double sum = 0;
      for (int i = from; i < to; i++) {
        sum += Math.max(0, losses.get(i));
      }
      double mean = sum / (to - from);
      for (int i = from; i < to; i++) {
        double loss = mean > 0 ? Math.max(losses.get(i), LEAST_SHARE * mean) : 1;
        for (int v : pending.get(i)) {
          damage[v] *= loss / pending.get(i).length;
        }
      }
      normalize();
      from = to;
    }
    if (from > 0) {
      for (int v = 0; v < damage.length; v++) {
        if (leader[v] != NONE) {
          damage[leader[v]] += damage[v];
        }
      }
    }
    pending.clear();
    losses.clear();
  }

  private static boolean anySeen(int[] group, boolean[] seen) {
    return Arrays.stream(group).anyMatch(v -> seen[v]);
  }

  private void normalize() {
    double sum = Arrays.stream(damage).sum();
    for (int v = 0; v < damage.length; v++) {
      damage[v] /= sum;
    }
  }

  /** For a price of a bit, what is cheapest for each variable. */
  private List<Integer> allocate(double price) {
    List<Integer> point = new ArrayList<>(base);
    for (int v = 0; v < variables.size(); v++) {
      if (cost[v] == 0) {
        continue;
      }
      double best = Double.POSITIVE_INFINITY;
      for (int c = 0; c < variables.get(v).choices().size(); c++) {
        int width = width(v, c);
        double total =
            damage[v] * Math.pow(4, width(v, base.get(v)) - width) + price * cost[v] * width;
        if (total < best) {
          best = total;
          point.set(v, c);
        }
      }
    }
    for (int v = 0; v < variables.size(); v++) {
      if (leader[v] != NONE) {
        point.set(v, variables.get(v).nearest(width(leader[v], point.get(leader[v]))));
      }
    }
    return point;
  }

  private int width(int variable, int choice) {
    return variables.get(variable).choices().get(choice).intValue();
  }
}
