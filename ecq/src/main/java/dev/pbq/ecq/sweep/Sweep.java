package dev.pbq.ecq.sweep;

import dev.pbq.core.entropy.Codes;
import dev.pbq.core.linalg.LaterErrors;
import dev.pbq.core.linalg.LowerFactor;
import dev.pbq.core.packed.StepGrid;
import dev.pbq.core.parallel.Parallel;
import dev.pbq.ecq.choice.CodeLengths;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * One pass over a layer, from the last column to the first. A column's target is its weight plus
 * what the errors of later columns ask of it, (E L)_i / L_ii: then the sum of squares of E L, which
 * is the loss, has the column's own error alone in its term i. When the codes of a column are
 * chosen, its step is fitted by least squares and rounded to its stored form, and the error is that
 * of the stored weight.
 *
 * <p>Inside a panel errors are passed on column by column, from later panels in one product. Rows
 * are cut into segments that do not depend on the number of threads.
 */
public final class Sweep {
  private static final int PANEL = 128;

  /** How far a fitted step may be from the one that codes were chosen for. */
  private static final double LEAST_FIT = 0.7;

  private static final double LARGEST_FIT = 1.6;

  private final Layer layer;
  private final Spacing spacing;
  private final Activity activity;
  private final Plan plan;
  private final double scale;
  private final CodeLengths lengths;
  private final StepGrid grid;
  private final Codes.Builder codes;
  private final byte[] steps;
  private final List<Segment> segments;

  private Sweep(
      Layer layer,
      Spacing spacing,
      Activity activity,
      Plan plan,
      double scale,
      CodeLengths lengths) {
    this.layer = layer;
    this.spacing = spacing;
    this.activity = activity;
    this.plan = plan;
    this.scale = scale;
    this.lengths = lengths;
    this.grid =
        new StepGrid(
            (float) (scale * spacing.least() * LEAST_FIT),
            (float) (scale * spacing.largest() * LARGEST_FIT));
    this.codes = new Codes.Builder(layer.rows(), layer.cols());
    this.steps = new byte[layer.cols()];
    int panel = Math.min(PANEL, layer.cols());
    this.segments =
        Parallel.mapRanges(
            layer.rows(),
            plan.segmentRows(),
            (from, to) -> new Segment(from, to - from, panel, plan, lengths, activity));
  }

  /**
   * Sweeps over a layer.
   *
   * @param scale the step of a column whose spacing is 1
   * @param lengths code lengths for the contexts of {@code activity}
   */
  public static SweepOutcome run(
      Layer layer,
      Spacing spacing,
      Activity activity,
      Plan plan,
      double scale,
      CodeLengths lengths) {
    Sweep sweep = new Sweep(layer, spacing, activity, plan, scale, lengths);
    if (layer.factor().isEmpty()) {
      sweep.panels(null);
    } else {
      try (LaterErrors errors = new LaterErrors(layer.rows(), layer.factor().get())) {
        sweep.panels(errors);
      }
    }
    return sweep.outcome();
  }

  private void panels(LaterErrors errors) {
    int cols = layer.cols();
    for (int from = (cols - 1) / PANEL * PANEL; from >= 0; from -= PANEL) {
      int first = from;
      int to = Math.min(cols, from + PANEL);
      float[] factor = layer.factor().map(l -> block(l, first, to)).orElse(null);
      forEach(
          s -> {
            s.load(layer, first, to);
            if (errors != null) {
              errors.demand(s.firstRow, s.count, first, to, s.demand);
            }
          });
      for (int c = to - 1; c >= from; c--) {
        column(c, from, to, factor);
      }
      if (errors != null) {
        forEach(s -> errors.put(s.firstRow, s.count, first, to, s.values));
      }
    }
  }

  private void column(int c, int from, int to, float[] factor) {
    double pivot = layer.pivots()[c];
    // The error of a dead column asks nothing of others, as its row of L is 0 beside the diagonal.
    if (layer.isDead(c)) {
      return;
    }
    double step = scale * spacing.relative()[c];
    double share = spacing.level() * scale / (step * pivot);
    float lambda = (float) Math.min(plan.lambda() * share * share, Float.MAX_VALUE / 1e6);
    double[][] sums = new double[segments.size()][];
    Parallel.forEach(
        segments.size(),
        i ->
            sums[i] =
                segments
                    .get(i)
                    .choose(c - from, to - from, factor, pivot, step, lambda, activity.cols()[c]));
    double zz = Arrays.stream(sums).mapToDouble(s -> s[0]).sum();
    double zu = Arrays.stream(sums).mapToDouble(s -> s[1]).sum();
    steps[c] = grid.code(zz > 0 ? zu / zz * step : 0);
    float stored = grid.value(steps[c]);
    forEach(
        s -> {
          s.fix(c - from, pivot, stored);
          s.store(codes, c);
        });
  }

  /** L of a panel, [width, width] column after column. */
  private static float[] block(LowerFactor l, int from, int to) {
    int width = to - from;
    float[] block = new float[width * width];
    for (int c = 0; c < width; c++) {
      l.column(from + c, from, to, block, c * width);
    }
    return block;
  }

  private void forEach(Consumer<Segment> task) {
    Parallel.forEach(segments.size(), i -> task.accept(segments.get(i)));
  }

  private SweepOutcome outcome() {
    long[] counts = new long[lengths.size()];
    double loss = 0;
    int largest = 0;
    for (Segment s : segments) {
      loss += s.loss();
      largest = Math.max(largest, s.largest());
      for (int i = 0; i < counts.length; i++) {
        counts[i] += s.counts()[i];
      }
    }
    return new SweepOutcome(codes.build(), grid.steps(steps), loss, counts, largest);
  }
}
