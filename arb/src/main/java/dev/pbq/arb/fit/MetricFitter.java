package dev.pbq.arb.fit;

import dev.pbq.arb.choice.XSolve;
import dev.pbq.core.tensor.DoubleMatrix;

/**
 * ARB-X (arXiv 2410.03129): after {@link AlternatingFitter} the signs stay, and shifts and scales
 * minimise the error of the layer's output, tr(R S R^T) with R = V - V^ on the group's members. S
 * is the block of X^T X; its scale does not matter. Errors of other groups of the block are
 * ignored.
 *
 * <p>The paper updates each parameter from the products (M S) and (B S) with n x k residuals in
 * every round; here each row's Gram matrix is formed from these products once, which makes a round
 * as long as its two or three updates.
 *
 * @param start gives the signs and the first shifts and scales
 * @param s S [k, k], symmetric and positive semidefinite; shared, not copied
 * @param iterations rounds of {@link XSolve#SEQUENTIAL}; 0 leaves the start. Not used by {@link
 *     XSolve#JOINT}
 * @param eps what is added to denominators (to the diagonal, if JOINT); 0 is exact, the released
 *     code has 1e-10
 * @param solve how the parameters are found
 */
public record MetricFitter(
    AlternatingFitter start, DoubleMatrix s, int iterations, double eps, XSolve solve)
    implements GroupFitter {
  public MetricFitter {
    SafeDivision.requireValid(iterations, eps);
    if (s.rows() != s.cols()) {
      throw new IllegalArgumentException("a metric must be square, not " + s);
    }
  }

  @Override
  public RowFit fit(DoubleMatrix v, Groups groups, int group, SignPlanes signs) {
    if (s.rows() != groups.cols()) {
      throw new IllegalArgumentException("metric " + s + " for " + groups);
    }
    return RowSweep.fit(v, groups, group, signs, this::rowMethod);
  }

  private RowMethod rowMethod() {
    RowMethod first = start.rowMethod();
    NormalEquations equations = new NormalEquations(s);
    double[] x = new double[3];
    return row -> {
      first.fit(row);
      x[0] = row.mu;
      x[1] = row.a1;
      x[2] = row.a2;
      equations.of(row);
      switch (solve) {
        case SEQUENTIAL -> rounds(equations, row.order + 1, x);
        case JOINT -> equations.solve(row, x, eps);
      }
      row.mu = x[0];
      row.a1 = x[1];
      row.a2 = x[2];
    };
  }

  private void rounds(NormalEquations equations, int parameters, double[] x) {
    for (int t = 0; t < iterations; t++) {
      for (int p = 0; p < parameters; p++) {
        x[p] = equations.best(p, x, eps);
      }
    }
  }
}
