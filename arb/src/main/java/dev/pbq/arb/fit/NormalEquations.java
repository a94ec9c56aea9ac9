package dev.pbq.arb.fit;

import dev.pbq.core.tensor.DoubleMatrix;
import java.util.Arrays;

/**
 * The least-squares problem of one row's parameters under a metric S: with b_0 the row's mask, b_1
 * and b_2 its signs (0 outside the mask) and x = (mu, a1, a2), (v - sum x_p b_p) S (v - sum x_p
 * b_p)^T. Gram matrix G_pq = b_p S b_q^T and right side h_p = b_p S v^T. Working memory of one
 * thread.
 *
 * <p>b S is needed for b = b_0, b_1, b_2; all are signed sums of the sums of S's rows over the
 * members of equal signs, of which there are two or four.
 */
final class NormalEquations {
  /** Pivots below this part of their diagonal entry count as 0. */
  private static final double PIVOT = 1e-10;

  /** b S b^T below this part of its bound count as 0. */
  private static final double VANISHING = 1e-14;

  private final DoubleMatrix s;

  /** [4, k], the sum of S's rows over the members of each code. */
  private final double[][] rowSums;

  private final double[] byCodes = new double[16];
  private final double[] gram = new double[9];
  private final double[] right = new double[3];
  private final double[] system = new double[9];
  private final double[] least = new double[3];
  private final double[] step = new double[3];
  private int parameters;

  NormalEquations(DoubleMatrix s) {
    this.s = s;
    rowSums = new double[4][s.cols()];
  }

  /** Sets up the equations for a row's members and signs. */
  void of(MemberRow row) {
    parameters = row.order + 1;
    int codes = 1 << row.order;
    sumRows(row, codes);
    Arrays.fill(byCodes, 0);
    Arrays.fill(right, 0);
    for (int c = 0; c < codes; c++) {
      double dot = 0;
      double[] sums = rowSums[c];
      for (int x = 0; x < row.count; x++) {
        double p = sums[row.col[x]];
        byCodes[4 * c + row.code[x]] += p;
        dot += p * row.v[x];
      }
      for (int p = 0; p < parameters; p++) {
        right[p] += sign(p, c) * dot;
      }
    }
    for (int p = 0; p < parameters; p++) {
      for (int q = 0; q < parameters; q++) {
        double sum = 0;
        for (int c = 0; c < codes; c++) {
          for (int d = 0; d < codes; d++) {
            sum += sign(p, c) * sign(q, d) * byCodes[4 * c + d];
          }
        }
        gram[3 * p + q] = sum;
      }
    }
  }

  /** b_p of a member with this code: 1 for the mask, else the sign in plane p. */
  private int sign(int p, int code) {
    return p == 0 ? 1 : 2 * (code >> (parameters - 1 - p) & 1) - 1;
  }

  private void sumRows(MemberRow row, int codes) {
    int k = s.cols();
    for (int c = 0; c < codes; c++) {
      Arrays.fill(rowSums[c], 0);
    }
    double[] data = s.data();
    for (int x = 0; x < row.count; x++) {
      double[] sums = rowSums[row.code[x]];
      int base = row.col[x] * k;
      for (int j = 0; j < k; j++) {
        sums[j] += data[base + j];
      }
    }
  }

  /** The best value of parameter p beside the others. */
  double best(int p, double[] x, double eps) {
    double rest = right[p];
    for (int q = 0; q < parameters; q++) {
      if (q != p) {
        rest -= gram[3 * p + q] * x[q];
      }
    }
    return SafeDivision.divide(rest, gram[3 * p + p], eps);
  }

  /**
   * Moves all parameters to the solution of (G + eps I) x = h at once: elimination with the largest
   * pivot first, until what is left of the diagonal is rounding. Parameters not reached by then,
   * which those before leave undetermined, stay as they are.
   */
  void solve(MemberRow row, double[] x, double eps) {
    double vanishing = VANISHING * bound(row);
    for (int p = 0; p < parameters; p++) {
      double diagonal = gram[3 * p + p];
      least[p] = Math.max(vanishing, PIVOT * (diagonal + eps));
      // A parameter that no weight depends on is left out: eps alone must not decide it.
      least[p] = diagonal > vanishing ? least[p] : Double.POSITIVE_INFINITY;
      step[p] = right[p] - eps * x[p];
      for (int q = 0; q < parameters; q++) {
        step[p] -= gram[3 * p + q] * x[q];
        system[3 * p + q] = gram[3 * p + q] + (p == q ? eps : 0);
      }
    }
    int solved = 0;
    for (int pivot = largest(solved); pivot >= 0; pivot = largest(solved)) {
      solved |= 1 << pivot;
      eliminate(pivot);
    }
    for (int p = 0; p < parameters; p++) {
      if ((solved >> p & 1) != 0) {
        x[p] += step[p] / system[3 * p + p];
      }
    }
  }

  /** No b S b^T with entries of b in [-1, 1] on the members is larger: members times trace. */
  private double bound(MemberRow row) {
    double trace = 0;
    for (int x = 0; x < row.count; x++) {
      trace += s.get(row.col[x], row.col[x]);
    }
    return row.count * trace;
  }

  /** The parameter with the largest pivot that is not yet solved for; -1 if all vanish. */
  private int largest(int solved) {
    int best = -1;
    for (int p = 0; p < parameters; p++) {
      double pivot = system[3 * p + p];
      boolean open = (solved >> p & 1) == 0 && pivot > least[p];
      if (open && (best < 0 || pivot > system[3 * best + best])) {
        best = p;
      }
    }
    return best;
  }

  /** Gauss-Jordan: clears the pivot's column in all other equations. */
  private void eliminate(int pivot) {
    for (int p = 0; p < parameters; p++) {
      if (p != pivot) {
        double factor = system[3 * p + pivot] / system[3 * pivot + pivot];
        for (int q = 0; q < parameters; q++) {
          system[3 * p + q] -= factor * system[3 * pivot + q];
        }
        step[p] -= factor * step[pivot];
      }
    }
  }
}
