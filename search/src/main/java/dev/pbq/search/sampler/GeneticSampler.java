package dev.pbq.search.sampler;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.moeaframework.algorithm.NSGAII;
import org.moeaframework.algorithm.NSGAIII;
import org.moeaframework.core.PRNG;
import org.moeaframework.core.Solution;
import org.moeaframework.core.initialization.Initialization;
import org.moeaframework.core.operator.CompoundVariation;
import org.moeaframework.core.operator.TypeSafeMutation;
import org.moeaframework.core.operator.UniformCrossover;
import org.moeaframework.problem.AbstractProblem;

/**
 * NSGA-II and NSGA-III by the MOEA Framework. Each proposal runs the algorithm from its beginning,
 * gives it the recorded results as they are asked for, and stops at the first point without one: an
 * interrupted study continues exactly where it stopped.
 *
 * <p>Trials that others proposed are in the first population, the best of them if there are more
 * than it holds; the rest of it is random. Choices are crossed over uniformly and changed to
 * another one each with probability 1 / variables.
 */
final class GeneticSampler implements PointSampler {
  /** As Optuna's default. */
  private static final double CROSSOVER = 0.9;

  /** What a point without a result counts as, minimized; not so large that sums overflow. */
  private static final double WORST = 1e9;

  /** The library draws from one generator for the whole process. */
  private static final Object GENERATOR = new Object();

  private final Dimensions dimensions;
  private final long seed;
  private final int population;
  private final boolean referencePoints;

  /**
   * Makes a sampler.
   *
   * @param population an even number
   * @param referencePoints NSGA-III
   */
  GeneticSampler(Dimensions dimensions, long seed, int population, boolean referencePoints) {
    this.dimensions = dimensions;
    this.seed = seed;
    this.population = population;
    this.referencePoints = referencePoints;
  }

  @Override
  public List<Integer> next(List<Trial> history, int given) {
    synchronized (GENERATOR) {
      PRNG.setSeed(seed);
      Replay replay = new Replay(history, given);
      NSGAII algorithm = referencePoints ? new NSGAIII(replay) : new NSGAII(replay);
      algorithm.setInitialPopulationSize(population);
      algorithm.setInitialization(replay);
      algorithm.setVariation(
          new CompoundVariation(
              new UniformCrossover(CROSSOVER), new Change(1.0 / Math.max(1, dimensions.size()))));
      try {
        while (true) {
          algorithm.step();
        }
      } catch (Wanted wanted) {
        return wanted.point;
      }
    }
  }

  /** Thrown through the algorithm at the first point that has no result yet. */
  private static final class Wanted extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient List<Integer> point;

    Wanted(List<Integer> point) {
      super(null, null, false, false);
      this.point = point;
    }
  }

  /** Takes another choice with some probability. */
  private static final class Change extends TypeSafeMutation<CategoricalVariable> {
    Change(double probability) {
      super(CategoricalVariable.class, probability);
    }

    @Override
    public String getName() {
      return "change";
    }

    @Override
    public void mutate(CategoricalVariable variable) {
      variable.change();
    }
  }

  /** The problem whose values are the recorded results. */
  private final class Replay extends AbstractProblem implements Initialization {
    private static final String KNOWN = "trial";

    private final List<Trial> history;
    private final int given;
    private int asked;

    Replay(List<Trial> history, int given) {
      super(dimensions.size(), 2);
      this.history = history;
      this.given = given;
      this.asked = given;
    }

    @Override
    public Solution[] initialize(int size) {
      int[] ranks = ParetoFront.ranks(history.subList(0, given));
      List<Integer> best =
          IntStream.range(0, given)
              .boxed()
              .sorted(Comparator.comparingInt(i -> ranks[i]))
              .limit(size)
              .toList();
      Solution[] first = new Solution[size];
      for (int i = 0; i < size; i++) {
        first[i] = newSolution();
        if (i < best.size()) {
          List<Integer> point = history.get(best.get(i)).choices();
          for (int v = 0; v < point.size(); v++) {
            first[i].setVariable(v, new CategoricalVariable(dimensions.choices(v), point.get(v)));
          }
          first[i].setAttribute(KNOWN, best.get(i));
        } else {
          for (int v = 0; v < dimensions.size(); v++) {
            first[i].getVariable(v).randomize();
          }
        }
      }
      return first;
    }

    @Override
    public void evaluate(Solution solution) {
      Object known = solution.removeAttribute(KNOWN);
      int trial = known == null ? asked++ : (Integer) known;
      List<Integer> point = new ArrayList<>();
      for (int v = 0; v < dimensions.size(); v++) {
        point.add(((CategoricalVariable) solution.getVariable(v)).value());
      }
      if (trial >= history.size()) {
        throw new Wanted(point);
      }
      Trial result = history.get(trial);
      if (!result.choices().equals(point)) {
        throw new IllegalStateException(
            "trial " + trial + " of the study is not what this sampler proposed");
      }
      // The library minimizes.
      solution.setObjectiveValue(0, result.succeeded() ? -result.quality() : WORST);
      solution.setObjectiveValue(1, -result.density());
    }

    @Override
    public Solution newSolution() {
      Solution solution = new Solution(dimensions.size(), 2);
      for (int v = 0; v < dimensions.size(); v++) {
        solution.setVariable(v, new CategoricalVariable(dimensions.choices(v), 0));
      }
      return solution;
    }
  }
}
