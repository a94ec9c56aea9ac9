package dev.pbq.gptqpb;

import dev.pbq.core.linalg.ColumnOrder;
import dev.pbq.core.linalg.ColumnQuantizer;
import dev.pbq.core.linalg.ColumnSweep;
import dev.pbq.core.linalg.CurrentWeights;
import dev.pbq.core.linalg.Damping;
import dev.pbq.core.linalg.InverseFactor;
import dev.pbq.core.linalg.SweepPlan;
import dev.pbq.core.linalg.SweepResult;
import dev.pbq.core.packed.UniformLinear;
import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.quant.CalibrationNeed;
import dev.pbq.core.quant.LinearProblem;
import dev.pbq.core.quant.Quantization;
import dev.pbq.core.quant.Quantizer;
import dev.pbq.core.tensor.FloatMatrix;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * GPTQ (arXiv 2210.17323). The grid of a group is taken from the weights as they are, compensation
 * included, when its first column is reached; the grid of a whole row from the original weights.
 */
final class GptqQuantizer implements Quantizer {
  private static final int TILE = 128;

  private final GptqSettings settings;

  GptqQuantizer(GptqSettings settings) {
    this.settings = settings;
  }

  @Override
  public String name() {
    return "gptq";
  }

  @Override
  public CalibrationNeed calibrationNeed() {
    return CalibrationNeed.HESSIAN;
  }

  @Override
  public void checkFits(String layer, int rows, int cols) {
    ColumnGroups.requireFit(layer, rows, cols, settings.groupsize());
  }

  @Override
  public double paperBits(int rows, int cols) {
    return settings.bits();
  }

  /** See {@link UniformEstimate}; activation order in groups also stores each column's group. */
  @Override
  public long estimateStoredBits(int rows, int cols) {
    long bits =
        UniformEstimate.bits(
            rows, cols, settings.bits(), settings.groupsize(), settings.scaleDtype());
    return settings.actOrder() && settings.groupsize() != -1 ? bits + 32L * cols : bits;
  }

  @Override
  public Quantization quantize(LinearProblem problem) {
    FloatMatrix w = problem.weight();
    checkFits(problem.name(), w.rows(), w.cols());
    problem.requireFiniteWeight();
    InverseFactor factor =
        problem
            .requireHessian()
            .inverseFactor(
                Damping.of(settings.percdamp()),
                settings.actOrder() ? ColumnOrder.DESCENDING_DIAGONAL : ColumnOrder.NATURAL,
                problem.name());
    int width = ColumnGroups.width(settings.groupsize(), w.cols());
    int groups = ColumnGroups.count(settings.groupsize(), w.cols());
    MinMaxGrids grids =
        new MinMaxGrids(problem.name(), settings.bits(), settings.scaleDtype(), groups * w.rows());
    if (settings.groupsize() == -1) {
      fitRows(grids, w);
    }
    SweepResult result =
        ColumnSweep.run(
            w,
            factor.deadColumns(),
            Optional.of(factor),
            SweepPlan.cutAt(w.cols(), settings.blocksize(), width),
            new GridColumns(grids, width, w.rows(), settings.groupsize() != -1));
    FiniteLoss.require(problem.name(), result.loss());
    Map<String, Double> diagnostics = new LinkedHashMap<>();
    diagnostics.put("loss", result.loss());
    diagnostics.put("damping", factor.dampingShare());
    Optional<int[]> columnGroup =
        groups == 1 ? Optional.empty() : factor.order().map(order -> columnGroups(order, width));
    return new Quantization(
        new UniformLinear(
            w.rows(),
            w.cols(),
            width,
            settings.scaleDtype(),
            result.codes(),
            grids.toGrid(),
            columnGroup),
        diagnostics);
  }

  private static int[] columnGroups(int[] order, int width) {
    int[] groups = new int[order.length];
    for (int position = 0; position < order.length; position++) {
      groups[order[position]] = position / width;
    }
    return groups;
  }

  private static void fitRows(MinMaxGrids grids, FloatMatrix w) {
    for (int r = 0; r < w.rows(); r++) {
      float min = Float.POSITIVE_INFINITY;
      float max = Float.NEGATIVE_INFINITY;
      for (int i = r * w.cols(); i < (r + 1) * w.cols(); i++) {
        min = Math.min(min, w.data()[i]);
        max = Math.max(max, w.data()[i]);
      }
      grids.fit(r, min, max);
    }
  }

  /** Rounds to the grids, which are fitted as groups are reached. */
  private record GridColumns(MinMaxGrids grids, int width, int rows, boolean fitGroups)
      implements ColumnQuantizer {
    @Override
    public void beginBlock(int from, int to, CurrentWeights weights) {
      if (!fitGroups || from % width != 0) {
        return;
      }
      int end = Math.min(weights.cols(), from + width);
      Parallel.forEachRange(
          rows,
          TILE,
          (firstRow, endRow) -> fitTile(weights, from, end, firstRow, endRow - firstRow));
    }

    private void fitTile(CurrentWeights weights, int from, int end, int firstRow, int count) {
      float[] column = new float[count];
      float[] min = new float[count];
      float[] max = new float[count];
      // Starting from zero changes nothing: the grid always includes it.
      for (int c = from; c < end; c++) {
        weights.read(c, firstRow, count, column, 0);
        for (int r = 0; r < count; r++) {
          min[r] = Math.min(min[r], column[r]);
          max[r] = Math.max(max[r], column[r]);
        }
      }
      for (int r = 0; r < count; r++) {
        grids.fit(from / width * rows + firstRow + r, min[r], max[r]);
      }
    }

    @Override
    public void quantize(int column, int firstRow, int count, float[] w, float[] q, byte[] codes) {
      int base = column / width * rows + firstRow;
      for (int r = 0; r < count; r++) {
        int code = grids.code(base + r, w[r]);
        codes[r] = (byte) code;
        q[r] = grids.value(base + r, code);
      }
    }
  }
}
