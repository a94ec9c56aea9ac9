package dev.pbq.arb.partition;

import java.util.Arrays;

/**
 * The quadratic form r S r^T for one row r = b - (one of four levels at each candidate), updated as
 * candidates change levels one at a time.
 *
 * <p>The levels are numbered 0 to 3. C_0 is the set of candidates at level 0, C_1 of those at level
 * 0 or 1, C_2 at 0, 1 or 2, and C_3 has all candidates. With e_c the indicator of C_c and l_0, ...,
 * l_3 the levels, r = b - sum over c of w_c e_c where w_c = l_c - l_(c+1) and w_3 = l_3; so the
 * form is a quadratic one in w, whose coefficients are e_c S e_d^T and e_c S b^T. A candidate that
 * goes to the next level enters or leaves one set: O(k) for S e_c^T, and O(1) for the rest.
 */
final class PatternGram {
  private static final int SETS = 4;
  private static final int ALL = SETS - 1;

  private final int k;
  private final double[][] s;

  /** S e_c^T. */
  private final double[][] products;

  private final double[] gram = new double[SETS * SETS];
  private final double[] linear = new double[SETS];
  private final double[] weights = new double[SETS];
  private final byte[] levelOf;
  private double[] y;
  private int at;

  /**
   * A form.
   *
   * @param s S [k][k], symmetric
   */
  PatternGram(double[][] s) {
    this.s = s;
    this.k = s.length;
    this.products = new double[SETS][k];
    this.levelOf = new byte[k];
  }

  /**
   * Starts with a row whose candidates are all at level 2.
   *
   * @param candidates of the row
   * @param product S times the indicator of the candidates; not kept
   * @param y S b^T of all rows
   * @param at where this row's part of it begins
   */
  void start(SortedRun candidates, double[] product, double[] y, int at) {
    this.y = y;
    this.at = at;
    Arrays.fill(products[0], 0);
    Arrays.fill(products[1], 0);
    System.arraycopy(product, 0, products[2], 0, k);
    System.arraycopy(product, 0, products[ALL], 0, k);
    double square = 0;
    double mixed = 0;
    for (int i = 0; i < candidates.size(); i++) {
      int j = candidates.column[i];
      levelOf[j] = 2;
      square += product[j];
      mixed += y[at + j];
    }
    Arrays.fill(gram, 0);
    for (int c = 2; c < SETS; c++) {
      for (int d = 2; d < SETS; d++) {
        gram[c * SETS + d] = square;
      }
    }
    linear[0] = 0;
    linear[1] = 0;
    linear[2] = mixed;
    linear[ALL] = mixed;
  }

  /** Puts a candidate at a level. */
  void put(int column, int level) {
    int old = levelOf[column];
    for (int c = level; c < old; c++) {
      toggle(c, column, 1);
    }
    for (int c = old; c < level; c++) {
      toggle(c, column, -1);
    }
    levelOf[column] = (byte) level;
  }

  /** Adds a column to C_c or, with sign -1, takes it away. */
  private void toggle(int c, int column, int sign) {
    for (int d = 0; d < SETS; d++) {
      double change = sign * products[d][column];
      gram[c * SETS + d] += change;
      gram[d * SETS + c] += change;
    }
    gram[c * SETS + c] += s[column][column];
    linear[c] += sign * y[at + column];
    if (sign > 0) {
      add(s[column], products[c]);
    } else {
      subtract(s[column], products[c]);
    }
  }

  private static void add(double[] row, double[] product) {
    for (int i = 0; i < row.length; i++) {
      product[i] += row[i];
    }
  }

  private static void subtract(double[] row, double[] product) {
    for (int i = 0; i < row.length; i++) {
      product[i] -= row[i];
    }
  }

  /**
   * The form.
   *
   * @param constant b S b^T
   */
  double value(double constant, double l0, double l1, double l2, double l3) {
    weights[0] = l0 - l1;
    weights[1] = l1 - l2;
    weights[2] = l2 - l3;
    weights[ALL] = l3;
    double value = constant;
    for (int c = 0; c < SETS; c++) {
      double inner = -2 * linear[c];
      for (int d = 0; d < SETS; d++) {
        inner += weights[d] * gram[c * SETS + d];
      }
      value += weights[c] * inner;
    }
    return value;
  }
}
