package dev.pbq.ecq.sweep;

import dev.pbq.core.parallel.Parallel;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * How large the codes of each row and column will be, against those of the others: classes of equal
 * number, by the mean of |w| / a. Code lengths depend on them, as the coders' contexts depend on
 * the codes themselves.
 *
 * @param classes classes of rows, and of columns
 * @param rows the class of each row
 * @param cols the class of each column
 */
public record Activity(int classes, int[] rows, int[] cols) {
  private static final int TILE = 64;

  /** All alike. */
  public static Activity none(Layer layer) {
    return new Activity(1, new int[layer.rows()], new int[layer.cols()]);
  }

  /** Classes of a layer with these spacings. */
  public static Activity of(Layer layer, Spacing spacing, int classes) {
    int cols = layer.cols();
    double[] inverse = Arrays.stream(spacing.relative()).map(a -> a > 0 ? 1 / a : 0).toArray();
    double[] ofRows = new double[layer.rows()];
    double[] ofCols = new double[cols];
    float[] w = layer.weight().data();
    Parallel.mapRanges(
            layer.rows(),
            TILE,
            (from, to) -> {
              double[] sums = new double[cols];
              for (int r = from; r < to; r++) {
                double sum = 0;
                for (int c = 0; c < cols; c++) {
                  double x = Math.abs(w[r * cols + c]) * inverse[c];
                  sum += x;
                  sums[c] += x;
                }
                ofRows[r] = sum;
              }
              return sums;
            })
        .forEach(
            sums -> {
              for (int c = 0; c < cols; c++) {
                ofCols[c] += sums[c];
              }
            });
    return new Activity(classes, ranks(ofRows, classes), ranks(ofCols, classes));
  }

  private static int[] ranks(double[] values, int classes) {
    int[] order =
        IntStream.range(0, values.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> values[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    int[] ranks = new int[values.length];
    for (int i = 0; i < order.length; i++) {
      ranks[order[i]] = (int) ((long) i * classes / order.length);
    }
    return ranks;
  }

  /** The classes of every {@code stride}-th row, as {@link Layer#sample} takes them. */
  public Activity sample(int stride, int count) {
    int[] some = new int[count];
    for (int r = 0; r < count; r++) {
      some[r] = rows[r * stride + stride / 2];
    }
    return new Activity(classes, some, cols);
  }

  /** Number of contexts: every pair of classes. */
  public int contexts() {
    return classes * classes;
  }
}
