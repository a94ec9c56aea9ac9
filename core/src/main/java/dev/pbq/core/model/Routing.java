package dev.pbq.core.model;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Which experts a token goes to, and how their outputs are weighed.
 *
 * @param scoring how logits become scores
 * @param experts how many each token goes to
 * @param normalized whether the chosen scores are divided by their sum
 * @param factor of all weights
 * @param groups into how many groups of equal size the experts divide; 1 for no groups
 * @param keptGroups how many groups a token may choose from
 * @param groupTop how many of a group's best scores make the group's score
 */
public record Routing(
    Scoring scoring,
    int experts,
    boolean normalized,
    double factor,
    int groups,
    int keptGroups,
    int groupTop) {
  /** How logits become scores. */
  public enum Scoring {
    /** Softmax over all experts. */
    SOFTMAX,
    /** The logits choose, and the weights are a softmax over the chosen. */
    SOFTMAX_OF_CHOSEN,
    /** The logistic function of each logit. */
    SIGMOID
  }

  /** An expert that a token goes to. */
  public record Choice(int expert, double weight) {}

  /** Without groups. */
  static Routing of(Scoring scoring, int experts, boolean normalized, double factor) {
    return new Routing(scoring, experts, normalized, factor, 1, 1, 1);
  }

  /**
   * The experts of one token, the best first; of equal scores the first expert.
   *
   * @param logits one for each expert
   * @param correction added to the scores for choosing, not for weighing; zeros for none
   */
  public List<Choice> choose(float[] logits, float[] correction) {
    double[] scores = scores(logits);
    double[] rank = new double[scores.length];
    for (int e = 0; e < rank.length; e++) {
      rank[e] = scores[e] + correction[e];
    }
    List<Integer> chosen = best(candidates(rank), rank, experts);
    double[] weights = chosen.stream().mapToDouble(e -> scores[e]).toArray();
    double divisor = 1;
    if (scoring == Scoring.SOFTMAX_OF_CHOSEN) {
      weights = softmax(weights);
    } else if (normalized) {
      divisor = IntStream.range(0, weights.length).mapToDouble(i -> scores[chosen.get(i)]).sum();
      divisor += scoring == Scoring.SIGMOID ? 1e-20 : 0;
    }
    double[] shares = weights;
    double by = divisor;
    return IntStream.range(0, chosen.size())
        .mapToObj(i -> new Choice(chosen.get(i), shares[i] / by * factor))
        .toList();
  }

  private double[] scores(float[] logits) {
    double[] x = IntStream.range(0, logits.length).mapToDouble(i -> logits[i]).toArray();
    return switch (scoring) {
      case SOFTMAX -> softmax(x);
      case SOFTMAX_OF_CHOSEN -> x;
      case SIGMOID ->
          IntStream.range(0, x.length).mapToDouble(i -> 1 / (1 + Math.exp(-x[i]))).toArray();
    };
  }

  private static double[] softmax(double[] x) {
    double largest = Double.NEGATIVE_INFINITY;
    for (double v : x) {
      largest = Math.max(largest, v);
    }
    double[] y = new double[x.length];
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      y[i] = Math.exp(x[i] - largest);
      sum += y[i];
    }
    for (int i = 0; i < x.length; i++) {
      y[i] /= sum;
    }
    return y;
  }

  /** The experts of the groups that are kept. */
  private List<Integer> candidates(double[] rank) {
    if (groups == 1) {
      return IntStream.range(0, rank.length).boxed().toList();
    }
    int size = rank.length / groups;
    double[] groupScores = new double[groups];
    for (int g = 0; g < groups; g++) {
      List<Integer> members = IntStream.range(g * size, (g + 1) * size).boxed().toList();
      groupScores[g] = best(members, rank, groupTop).stream().mapToDouble(e -> rank[e]).sum();
    }
    List<Integer> kept = best(IntStream.range(0, groups).boxed().toList(), groupScores, keptGroups);
    return IntStream.range(0, rank.length).filter(e -> kept.contains(e / size)).boxed().toList();
  }

  private static List<Integer> best(List<Integer> of, double[] score, int count) {
    return of.stream()
        .sorted(Comparator.comparingDouble((Integer i) -> -score[i]).thenComparing(i -> i))
        .limit(count)
        .toList();
  }
}
