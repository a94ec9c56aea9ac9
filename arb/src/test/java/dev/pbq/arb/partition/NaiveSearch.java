package dev.pbq.arb.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pbq.arb.choice.BreakPoints;
import dev.pbq.arb.choice.Division;
import dev.pbq.arb.fit.GroupFit;
import dev.pbq.arb.fit.GroupFitter;
import dev.pbq.arb.fit.Groups;
import dev.pbq.arb.fit.SignPlanes;
import dev.pbq.core.tensor.DoubleMatrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The search as the papers' text has it: for each candidate the whole block is binarized anew. It
 * checks each decision of a partition in turn, given the ones before.
 */
public final class NaiveSearch {
  /** Of the errors, as the golden files have it. */
  private static final double RELATIVE = 1e-9;

  /** Of the block's mean square: what rounding may leave of an error that is zero. */
  private static final double SQUARE_NOISE = 1e-24;

  /** Of a bound on the terms of the trace: the same of a trace. */
  private static final double TRACE_NOISE = 1e-14;

  private final PartitionSettings settings;
  private final GroupFitter constantFit;
  private final GroupFitter roundFit;
  private final DoubleMatrix t;
  private final double[] z;
  private final Optional<DoubleMatrix> s;
  private final int n;
  private final int k;

  /** A search with these settings and fits of a block. */
  public NaiveSearch(
      PartitionSettings settings,
      GroupFitter constantFit,
      GroupFitter roundFit,
      DoubleMatrix t,
      DoubleMatrix z,
      Optional<DoubleMatrix> s) {
    this.settings = settings;
    this.constantFit = constantFit;
    this.roundFit = roundFit;
    this.t = t;
    this.z = z.data();
    this.s = s;
    this.n = t.rows();
    this.k = t.cols();
  }

  /** Fails unless {@code p} is the partition that this search would have made. */
  public void check(Partition p) {
    int[] order = columnOrder();
    assertThat(p.trace().columnOrder()).isEqualTo(order);
    int count = checkSalient(p, order);
    boolean[] salient = new boolean[k];
    for (int i = 0; i < count; i++) {
      salient[order[i]] = true;
    }
    assertThat(p.salientColumns()).isEqualTo(salient);

    boolean both = settings.division() == Division.BOTH;
    boolean columns = both || settings.division() == Division.COLUMNS;
    boolean groups = both || settings.division() == Division.GROUPS;
    int salientGroups = !columns ? 0 : both && settings.cgb() ? settings.groups() : 1;
    int others = groups ? settings.groups() : 1;
    int[] orders = new int[salientGroups + others];
    Arrays.fill(orders, 1);
    Arrays.fill(orders, 0, salientGroups, 2);
    assertThat(p.groups().orders()).isEqualTo(orders);

    byte[] of = new byte[n * k];
    for (int i = 0; i < n * k; i++) {
      of[i] = (byte) (salient[i % k] ? salientGroups - 1 : salientGroups + others - 1);
    }
    assertThat(p.trace().salient()).hasSize(Math.max(0, salientGroups - 1));
    assertThat(p.trace().other()).hasSize(others - 1);
    checkSplits(p.trace().salient(), of, 0, salientGroups - 1, salient);
    checkSplits(p.trace().other(), of, salientGroups, salientGroups + others - 1, salient);
    assertThat(p.groups().of()).isEqualTo(of);
  }

  private int[] columnOrder() {
    double[] score = new double[k];
    for (int i = 0; i < n * k; i++) {
      score[i % k] += Math.abs(t.data()[i]);
    }
    return IntStream.range(0, k)
        .boxed()
        .sorted(Comparator.<Integer>comparingDouble(j -> -score[j]).thenComparing(j -> j))
        .mapToInt(j -> j)
        .toArray();
  }

  private int checkSalient(Partition p, int[] order) {
    double[] errors = p.trace().salientErrors();
    int tried = Math.min(settings.upLim(), k) - settings.minSalient();
    if (tried <= 0
        || settings.division() == Division.GROUPS
        || settings.division() == Division.NONE) {
      assertThat(errors).isEmpty();
      return 0;
    }
    double[] expected = new double[tried];
    for (int i = 0; i < tried; i++) {
      byte[] of = new byte[n * k];
      for (int j = settings.minSalient() + i; j < k; j++) {
        for (int row = 0; row < n; row++) {
          of[row * k + order[j]] = 1;
        }
      }
      double[] rest = z.clone();
      binarize(of, 0, settings.searchOrder(), rest);
      binarize(of, 1, settings.searchOrder(), rest);
      expected[i] = squares(rest) / (n * k);
    }
    int count = 0;
    for (boolean flag : p.salientColumns()) {
      count += flag ? 1 : 0;
    }
    double noise = SQUARE_NOISE * squares(z) / (n * k);
    checkErrors(errors, expected, noise);
    checkChoice(expected, count - settings.minSalient(), noise);
    return count;
  }

  /** {@code of} holds the side's candidates in its lowest group, and is brought up to date. */
  private void checkSplits(List<Split> splits, byte[] of, int high, int low, boolean[] salient) {
    boolean salientSide = high == 0 && settings.division() == Division.BOTH;
    int order = salientSide ? 2 : 1;
    boolean weighted = !salientSide && s.isPresent();
    double best = Double.POSITIVE_INFINITY;
    double[] constant = z.clone();
    if (!salientSide) {
      subtractFit(salient, constant);
    }
    for (int round = 0; round < splits.size(); round++) {
      Split split = splits.get(round);
      double[] points = points(of, low, salientSide);
      if (points.length == 0) {
        assertThat(split.candidates()).isEmpty();
        assertThat(split.errors()).isEmpty();
        assertThat(split.chosen()).isEqualTo(-1);
        assertThat(split.threshold()).isEqualTo(Double.POSITIVE_INFINITY);
        continue;
      }
      assertThat(split.candidates()).hasSize(81);
      double[] expected = new double[points.length];
      List<byte[]> divisions = new ArrayList<>();
      for (int i = 0; i < points.length; i++) {
        assertThat(split.candidates()[i]).isCloseTo(points[i], within(1e-12 * points[i]));
        byte[] tried = of.clone();
        take(tried, low, high + round, split.candidates()[i]);
        double[] rest = constant.clone();
        binarize(tried, high + round, order, rest);
        binarize(tried, low, order, rest);
        expected[i] = weighted ? trace(rest) : squares(rest) / (n * k);
        divisions.add(tried);
      }
      double noise = weighted ? TRACE_NOISE * traceBound() : SQUARE_NOISE * squares(z) / (n * k);
      checkErrors(split.errors(), expected, noise);
      for (int i = 1; i < points.length; i++) {
        if (Arrays.equals(divisions.get(i), divisions.get(i - 1))) {
          assertThat(split.errors()[i]).isEqualTo(split.errors()[i - 1]);
          assertThat(split.chosen()).isNotEqualTo(i);
        }
      }
      int chosen = split.chosen();
      double lowest = Arrays.stream(split.errors()).min().orElseThrow();
      if (settings.publishedMultisplit() && lowest >= best) {
        assertThat(chosen).isEqualTo(0);
      } else {
        checkChoice(expected, chosen, noise);
      }
      best = Math.min(best, lowest);
      assertThat(split.threshold()).isEqualTo(split.candidates()[chosen]);
      System.arraycopy(divisions.get(chosen), 0, of, 0, of.length);
      if (salientSide) {
        binarize(of, high + round, 2, constant);
      } else {
        subtractFit(of, high + round, constant);
      }
    }
  }

  private static void checkErrors(double[] errors, double[] expected, double noise) {
    assertThat(errors).hasSize(expected.length);
    for (int i = 0; i < expected.length; i++) {
      assertThat(errors[i])
          .as("error %d", i)
          .isCloseTo(expected[i], within(RELATIVE * expected[i] + noise));
    }
  }

  private static void checkChoice(double[] expected, int chosen, double noise) {
    double lowest = Arrays.stream(expected).min().orElseThrow();
    assertThat(expected[chosen]).isLessThanOrEqualTo(lowest * (1 + RELATIVE) + 2 * noise);
  }

  private double[] points(byte[] of, int low, boolean salientSide) {
    double[] list = new double[n * k];
    for (int i = 0; i < n * k; i++) {
      list[i] = of[i] == low ? Math.abs(z[i]) : 0;
    }
    if (salientSide) {
      list = Arrays.stream(list).filter(v -> v != 0).toArray();
      if (list.length == 0) {
        return list;
      }
    }
    Arrays.sort(list);
    double[] points = new double[81];
    for (int i = 0; i < 81; i++) {
      if (settings.breakPoints() == BreakPoints.MAX_FRACTION) {
        points[i] = (10 + i) / 100.0 * list[list.length - 1];
      } else {
        int hundredths = (10 + i) * (list.length - 1);
        double lower = list[hundredths / 100];
        double upper = list[Math.min(list.length - 1, hundredths / 100 + 1)];
        points[i] = lower + hundredths % 100 / 100.0 * (upper - lower);
      }
    }
    return points;
  }

  private void take(byte[] of, int low, int high, double threshold) {
    for (int i = 0; i < n * k; i++) {
      if (of[i] == low && Math.abs(z[i]) >= threshold) {
        of[i] = (byte) high;
      }
    }
  }

  private void subtractFit(boolean[] salient, double[] rest) {
    byte[] of = new byte[n * k];
    for (int i = 0; i < n * k; i++) {
      of[i] = (byte) (salient[i % k] ? 0 : 1);
    }
    subtractFit(of, 0, 2, constantFit, rest);
  }

  private void subtractFit(byte[] of, int group, double[] rest) {
    byte[] alone = new byte[n * k];
    for (int i = 0; i < n * k; i++) {
      alone[i] = (byte) (of[i] == group ? 0 : 1);
    }
    subtractFit(alone, 0, 1, roundFit, rest);
  }

  private void subtractFit(byte[] of, int group, int order, GroupFitter fitter, double[] rest) {
    SignPlanes signs = new SignPlanes(n, k);
    GroupFit fit =
        fitter.fit(
            new DoubleMatrix(n, k, z), new Groups(n, k, of, new int[] {order, 1}), group, signs);
    for (int i = 0; i < n * k; i++) {
      if (of[i] == group) {
        rest[i] -= fit.value(i / k, i % k, signs.first()[i], signs.second()[i]);
      }
    }
  }

  /** Takes the binarized members of a group from {@code rest}. */
  private void binarize(byte[] of, int group, int order, double[] rest) {
    for (int row = 0; row < n; row++) {
      int at = row * k;
      double[] members =
          IntStream.range(0, k)
              .filter(j -> of[at + j] == group)
              .mapToDouble(j -> z[at + j])
              .toArray();
      double[] fit = rb(members, order, settings.subtractMean());
      int next = 0;
      for (int j = 0; j < k; j++) {
        if (of[at + j] == group) {
          rest[at + j] -= fit[next++];
        }
      }
    }
  }

  static double[] rb(double[] members, int order, boolean subtractMean) {
    double[] fit = new double[members.length];
    double[] rest = members.clone();
    for (int o = 0; o < order; o++) {
      double mu = subtractMean ? mean(rest) : 0;
      double a = 0;
      for (double v : rest) {
        a += Math.abs(v - mu);
      }
      a /= Math.max(1, rest.length);
      for (int m = 0; m < rest.length; m++) {
        double value = rest[m] - mu >= 0 ? mu + a : mu - a;
        fit[m] += value;
        rest[m] -= value;
      }
    }
    return fit;
  }

  static double mean(double[] values) {
    double sum = 0;
    for (double v : values) {
      sum += v;
    }
    return values.length == 0 ? 0 : sum / values.length;
  }

  private static double squares(double[] values) {
    return Arrays.stream(values).map(v -> v * v).sum();
  }

  private double trace(double[] r) {
    double trace = 0;
    for (int row = 0; row < n; row++) {
      for (int i = 0; i < k; i++) {
        for (int j = 0; j < k; j++) {
          trace += r[row * k + i] * s.orElseThrow().get(i, j) * r[row * k + j];
        }
      }
    }
    return trace;
  }

  /** A bound on the sum of the magnitudes of the trace's terms; means are not part of it. */
  private double traceBound() {
    double largest = 0;
    for (double v : s.orElseThrow().data()) {
      largest = Math.max(largest, Math.abs(v));
    }
    double spread = 0;
    for (int at = 0; at < n * k; at += k) {
      double[] row = Arrays.copyOfRange(z, at, at + k);
      double mean = settings.subtractMean() ? mean(row) : 0;
      spread += Arrays.stream(row).map(v -> (v - mean) * (v - mean)).sum();
    }
    return largest * spread * k;
  }
}
