package dev.pbq.gptqpb;

import dev.pbq.core.packed.UniformLinear;
import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.quant.CalibrationNeed;
import dev.pbq.core.quant.LinearProblem;
import dev.pbq.core.quant.Quantization;
import dev.pbq.core.quant.Quantizer;
import dev.pbq.core.tensor.FloatMatrix;
import java.util.Map;
import java.util.Optional;

/** Round-to-nearest: every weight to the grid of its row and group. */
final class RtnQuantizer implements Quantizer {
  private static final int TILE = 64;

  private final RtnSettings settings;

  RtnQuantizer(RtnSettings settings) {
    this.settings = settings;
  }

  @Override
  public String name() {
    return "rtn";
  }

  @Override
  public CalibrationNeed calibrationNeed() {
    return CalibrationNeed.NONE;
  }

  @Override
  public void checkFits(String layer, int rows, int cols) {
    ColumnGroups.requireFit(layer, rows, cols, settings.groupsize());
  }

  @Override
  public double paperBits(int rows, int cols) {
    return settings.bits();
  }

  @Override
  public long estimateStoredBits(int rows, int cols) {
    return UniformEstimate.bits(
        rows, cols, settings.bits(), settings.groupsize(), settings.scaleDtype());
  }

  @Override
  public Quantization quantize(LinearProblem problem) {
    FloatMatrix w = problem.weight();
    checkFits(problem.name(), w.rows(), w.cols());
    problem.requireFiniteWeight();
    int width = ColumnGroups.width(settings.groupsize(), w.cols());
    int groups = ColumnGroups.count(settings.groupsize(), w.cols());
    MinMaxGrids grids =
        new MinMaxGrids(
            problem.name(),
            settings.bits(),
            settings.scaleDtype(),
            settings.symmetric(),
            groups * w.rows());
    boolean searched = settings.rangeChoice() == RangeChoice.SQUARED_ERROR;
    RangeSearch search = new RangeSearch(grids);
    byte[] codes = new byte[w.rows() * w.cols()];
    Parallel.forEachRange(
        w.rows(),
        TILE,
        (first, end) -> {
          float[] rounded = new float[width];
          for (int r = first; r < end; r++) {
            for (int g = 0; g < groups; g++) {
              int from = r * w.cols() + g * width;
              int to = r * w.cols() + Math.min(w.cols(), (g + 1) * width);
              int grid = g * w.rows() + r;
              if (searched) {
                search.fit(grid, w.data(), from, to, null, 0);
              } else {
                fit(grids, grid, w.data(), from, to);
              }
              grids.codes(grid, w.data(), from, to, rounded, codes);
            }
          }
        });
    return new Quantization(
        new UniformLinear(
            w.rows(),
            w.cols(),
            width,
            settings.scaleDtype(),
            codes,
            grids.toGrid(),
            Optional.empty()),
        Map.of());
  }

  private static void fit(MinMaxGrids grids, int grid, float[] w, int from, int to) {
    float min = w[from];
    float max = w[from];
    float otherMin = min;
    float otherMax = max;
    int i = from;
    // Two accumulators, so that one min/max does not wait for the other.
    for (; i + 2 <= to; i += 2) {
      min = Math.min(min, w[i]);
      max = Math.max(max, w[i]);
      otherMin = Math.min(otherMin, w[i + 1]);
      otherMax = Math.max(otherMax, w[i + 1]);
    }
    if (i < to) {
      min = Math.min(min, w[i]);
      max = Math.max(max, w[i]);
    }
    grids.fit(grid, Math.min(min, otherMin), Math.max(max, otherMax));
  }
}
