package dev.pbq.arb.partition;

import java.util.function.IntPredicate;

/**
 * Some values of one row in ascending order, and the sums of the first 0, 1, 2, ... of them and of
 * their squares, each as a value and a tail.
 */
final class SortedRun {
  final double[] value;
  final int[] column;
  final double[] sum;
  final double[] sumTail;
  final double[] squares;
  final double[] squaresTail;

  private int size;
  private int negative;

  /** A run of at most {@code width} values. */
  SortedRun(int width) {
    value = new double[width];
    column = new int[width];
    sum = new double[width + 1];
    sumTail = new double[width + 1];
    squares = new double[width + 1];
    squaresTail = new double[width + 1];
  }

  /** Takes the values of a row in the columns that are accepted. */
  void load(SortedRows rows, int row, IntPredicate columns) {
    double[] z = rows.matrix().data();
    size = 0;
    negative = 0;
    for (int rank = 0; rank < rows.cols(); rank++) {
      int j = rows.column(row, rank);
      if (columns.test(j)) {
        append(z[row * rows.cols() + j], j);
      }
    }
  }

  private void append(double x, int j) {
    int i = size++;
    value[i] = x;
    column[i] = j;
    negative += x < 0 ? 1 : 0;
    double s = sum[i] + x;
    sumTail[i + 1] = sumTail[i] + RoundingError.ofSum(sum[i], x, s);
    sum[i + 1] = s;
    double square = x * x;
    double q = squares[i] + square;
    squaresTail[i + 1] =
        squaresTail[i]
            + (RoundingError.ofSum(squares[i], square, q) + RoundingError.ofProduct(x, x, square));
    squares[i + 1] = q;
  }

  int size() {
    return size;
  }

  /** How many values are below zero. */
  int negative() {
    return negative;
  }
}
