package dev.pbq.hqq.solver;

import java.util.Arrays;

/**
 * The result of the solver.
 *
 * @param zero the zero point of every group
 * @param errors mean |W - W'| over the matrix in each iteration that was run, with the zero points
 *     at its start
 */
public record Solution(float[] zero, float[] errors) {
  /** Iterations that were run, the one without gain included. */
  public int iterations() {
    return errors.length;
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof Solution s
        && Arrays.equals(s.zero, zero)
        && Arrays.equals(s.errors, errors);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(zero) + Arrays.hashCode(errors);
  }

  @Override
  public String toString() {
    return "Solution[" + zero.length + " groups, " + errors.length + " iterations]";
  }
}
