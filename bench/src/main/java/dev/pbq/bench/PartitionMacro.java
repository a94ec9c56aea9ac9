package dev.pbq.bench;

import dev.pbq.arb.fit.GroupFitter;
import dev.pbq.arb.fit.RowFit;
import dev.pbq.arb.partition.Partition;
import dev.pbq.arb.partition.PartitionSearch;
import dev.pbq.arb.partition.PartitionSettings;
import dev.pbq.arb.partition.Split;
import dev.pbq.core.linalg.Damping;
import dev.pbq.core.linalg.Hessian;
import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.tensor.DoubleMatrix;
import dev.pbq.core.tensor.FloatMatrix;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The division of all blocks of one layer into groups: CPU seconds by mean square and by ARB-X's
 * criterion, against a search by full passes over two of the blocks. No fit is part of it: salient
 * columns count as represented by zero while the others are split. Arguments: size (4096), threads
 * (all), repetitions (3).
 */
public final class PartitionMacro {
  private static final int BLOCK = 128;
  private static final int TOKENS = 512;
  private static final int FULL_PASSES = 2;
  private static final GroupFitter ZERO =
      (v, groups, group, signs) ->
          new RowFit(new double[v.rows()], new double[v.rows()], new double[v.rows()]);

  private final int blocks;
  private final DoubleMatrix[] metric;
  private final DoubleMatrix[] weights;
  private final DoubleMatrix[] second;

  private PartitionMacro(int size) {
    FloatMatrix w = SyntheticLayer.weight(size, size);
    FloatBuffer x = SyntheticLayer.inputs(TOKENS, size, 1);
    float[] pivots;
    try (Hessian hessian = SyntheticLayer.hessian(size, 1)) {
      pivots = hessian.inverseFactor(Damping.of(0.01), "layer").diagonal();
    }
    blocks = size / BLOCK;
    metric = new DoubleMatrix[blocks];
    weights = new DoubleMatrix[blocks];
    second = new DoubleMatrix[blocks];
    for (int b = 0; b < blocks; b++) {
      int from = b * BLOCK;
      metric[b] = DoubleMatrix.zeros(size, BLOCK);
      weights[b] = DoubleMatrix.zeros(size, BLOCK);
      for (int i = 0; i < size * BLOCK; i++) {
        double v = w.get(i / BLOCK, from + i % BLOCK);
        double u = pivots[from + i % BLOCK];
        weights[b].data()[i] = v;
        metric[b].data()[i] = v * v / (u * u);
      }
      second[b] = secondMoments(x, size, from);
    }
  }

  private static DoubleMatrix secondMoments(FloatBuffer x, int size, int from) {
    DoubleMatrix s = DoubleMatrix.zeros(BLOCK, BLOCK);
    for (int t = 0; t < TOKENS; t++) {
      for (int i = 0; i < BLOCK; i++) {
        double v = x.get(t * size + from + i);
        for (int j = 0; j < BLOCK; j++) {
          s.data()[i * BLOCK + j] += v * x.get(t * size + from + j);
        }
      }
    }
    return s;
  }

  /** Runs the benchmark. */
  public static void main(String[] args) {
    int size = args.length > 0 ? Integer.parseInt(args[0]) : 4096;
    int threads =
        args.length > 1 ? Integer.parseInt(args[1]) : Runtime.getRuntime().availableProcessors();
    int repetitions = args.length > 2 ? Integer.parseInt(args[2]) : 3;
    PartitionMacro macro = new PartitionMacro(size);
    Parallel.withThreads(
        threads,
        () -> {
          for (int i = 0; i < repetitions; i++) {
            macro.compare("mean square", macro.metric, false);
            macro.compare("mean square, on weights", macro.weights, false);
            macro.compare("Tr(R S R^T)", macro.metric, true);
            macro.compare("Tr(R S R^T), on weights", macro.weights, true);
          }
          return null;
        });
  }

  private void compare(String what, DoubleMatrix[] searched, boolean weighted) {
    Partition[] partitions = new Partition[blocks];
    PartitionSearch search = new PartitionSearch(PartitionSettings.published(true), ZERO, ZERO);
    double start = ProcessMeter.cpuSeconds();
    long wall = System.nanoTime();
    for (int b = 0; b < blocks; b++) {
      partitions[b] = search.search(metric[b], searched[b], s(b, weighted));
    }
    double seconds = (System.nanoTime() - wall) * 1e-9;
    double layer = ProcessMeter.cpuSeconds() - start;
    int candidates = 0;
    int salient = 0;
    for (Partition p : partitions) {
      candidates += p.trace().salientErrors().length;
      candidates += 2 * p.trace().other().get(0).candidates().length;
      for (boolean flag : p.salientColumns()) {
        salient += flag ? 1 : 0;
      }
    }
    start = ProcessMeter.cpuSeconds();
    double gap = 0;
    for (int b = 0; b < FULL_PASSES; b++) {
      gap = Math.max(gap, fullPasses(partitions[b], searched[b], s(b, weighted).orElse(null)));
    }
    double full = (ProcessMeter.cpuSeconds() - start) * blocks / FULL_PASSES;
    System.out.printf(
        Locale.ROOT,
        "%-24s %6.2f CPU-s %6.2f s a layer, %6.1f us a candidate and block, %4.1f salient columns a"
            + " block; full passes %7.1f CPU-s, %5.1f times as much; errors differ by %.0e%n",
        what,
        layer,
        seconds,
        1e6 * layer / candidates,
        (double) salient / blocks,
        full,
        full / layer,
        gap);
  }

  private Optional<DoubleMatrix> s(int block, boolean weighted) {
    return weighted ? Optional.of(second[block]) : Optional.empty();
  }

  /** The largest relative difference between the errors of the two searches. */
  private static double fullPasses(Partition p, DoubleMatrix z, DoubleMatrix s) {
    FullPassSearch search = new FullPassSearch(z);
    double[] counted = p.trace().salientErrors();
    double gap = gap(counted, search.salientCounts(p.trace().columnOrder(), counted.length));
    boolean[] others = new boolean[z.cols()];
    for (int j = 0; j < others.length; j++) {
      others[j] = !p.salientColumns()[j];
    }
    gap = Math.max(gap, gap(p.trace().salient(), search, p.salientColumns(), 2, null));
    return Math.max(gap, gap(p.trace().other(), search, others, 1, s));
  }

  private static double gap(
      List<Split> splits, FullPassSearch search, boolean[] columns, int order, DoubleMatrix s) {
    Split split = splits.get(0);
    return gap(split.errors(), search.splits(columns, split.candidates(), order, s));
  }

  private static double gap(double[] a, double[] b) {
    double gap = 0;
    for (int i = 0; i < a.length; i++) {
      gap = Math.max(gap, Math.abs(a[i] - b[i]) / Math.abs(b[i]));
    }
    return gap;
  }
}
