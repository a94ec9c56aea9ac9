package dev.pbq.hqq.solver;

/**
 * The settings of the solver that refines zero points.
 *
 * @param kind the variant
 * @param iters most iterations, at least 1
 * @param lpNorm p of the norm that is minimised, 0 exclusive to 1
 * @param beta penalty of the auxiliary error, above 0
 * @param kappa growth of the penalty in each iteration, at least 1; unused by {@link
 *     SolverKind#PROXIMAL}
 * @param earlyStop whether an iteration without gain ends the search
 * @param tolerance the least gain that counts, for {@link SolverKind#V2}
 */
public record SolverOptions(
    SolverKind kind,
    int iters,
    double lpNorm,
    double beta,
    double kappa,
    boolean earlyStop,
    double tolerance) {
  /** Whether the penalty is another in every iteration. */
  boolean anneals() {
    return kind != SolverKind.PROXIMAL;
  }

  /** The penalty of an iteration, counted from 0. */
  double beta(int iteration) {
    double b = beta;
    for (int i = 0; anneals() && i < iteration; i++) {
      b *= kappa;
    }
    return b;
  }

  /**
   * An error that every iteration must stay below: none, or the 1e4 that the reference's older
   * solvers start from.
   */
  float firstBest() {
    return anneals() ? 1e4f : Float.POSITIVE_INFINITY;
  }
}
