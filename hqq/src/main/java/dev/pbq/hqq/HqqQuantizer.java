package dev.pbq.hqq;

import dev.pbq.core.PbqException;
import dev.pbq.core.Wording;
import dev.pbq.core.packed.FlatGroups;
import dev.pbq.core.packed.HqqLinear;
import dev.pbq.core.packed.HqqParameters;
import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.packed.Shapes;
import dev.pbq.core.quant.CalibrationNeed;
import dev.pbq.core.quant.LinearProblem;
import dev.pbq.core.quant.Quantization;
import dev.pbq.core.quant.Quantizer;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.hqq.solver.Codes;
import dev.pbq.hqq.solver.Ranges;
import dev.pbq.hqq.solver.Solution;
import dev.pbq.hqq.solver.ZeroSolver;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** HQQ of one layer: min-max scales, refined zero points, codes. */
final class HqqQuantizer implements Quantizer {
  private final HqqSettings settings;

  HqqQuantizer(HqqSettings settings) {
    this.settings = settings;
  }

  @Override
  public String name() {
    return "hqq";
  }

  @Override
  public CalibrationNeed calibrationNeed() {
    return CalibrationNeed.NONE;
  }

  @Override
  public void checkFits(String layer, int rows, int cols) {
    Shapes.requireStorable(layer, rows, cols);
    int weights = rows * cols;
    FlatGroups groups = settings.groups(rows, cols);
    if (!groups.divides(weights)) {
      throw PbqException.setting(
          "%s: {groupsize} %s does not divide its %s x %s = %s weights",
          layer, groups.size(), rows, cols, weights);
    }
    int count = groups.count(weights);
    requireDivisor(
        layer, settings.quantScale(), "scaleGroupsize", settings.scaleGroupsize(), count);
    requireDivisor(layer, settings.quantZero(), "zeroGroupsize", settings.zeroGroupsize(), count);
  }

  private static void requireDivisor(
      String layer, boolean coded, String setting, int groupsize, int count) {
    if (coded && groupsize != -1 && count % groupsize != 0) {
      throw PbqException.setting(
          "%s: %s %s does not divide its %s groups",
          layer, Wording.name(setting), groupsize, count);
    }
  }

  @Override
  public double paperBits(int rows, int cols) {
    return settings.bits().bits();
  }

  /** Exact: nothing of the layout depends on the weights. */
  @Override
  public long estimateStoredBits(int rows, int cols) {
    long count = settings.groups(rows, cols).count(Math.multiplyExact(rows, cols));
    long rowBytes = ((long) cols * settings.bits().storedBits() + 7) / 8;
    return 8L * rows * rowBytes
        + parameterBits(count, settings.quantScale(), settings.scaleGroupsize())
        + parameterBits(count, settings.quantZero(), settings.zeroGroupsize());
  }

  private long parameterBits(long count, boolean coded, int groupsize) {
    if (!coded) {
      return 8 * count * settings.scaleDtype().dtype().bytes();
    }
    return 8 * count + 64 * (groupsize == -1 ? 1 : count / groupsize);
  }

  @Override
  public Quantization quantize(LinearProblem problem) {
    FloatMatrix weight = problem.weight();
    String layer = problem.name();
    checkFits(layer, weight.rows(), weight.cols());
    float[] w = weight.data();
    FlatGroups groups = settings.groups(weight.rows(), weight.cols());
    ZeroSolver solver =
        new ZeroSolver(w, groups, settings.bits().maxCode(), settings.solverOptions());
    boolean onePass = settings.optimize() && !settings.quantScale();
    Ranges ranges =
        onePass ? Ranges.unmeasured(groups.count(w.length)) : measure(problem, w, groups);
    GroupGrids grids = new GroupGrids(layer, settings, ranges);
    float[] inverse = grids.inverse();
    Optional<Solution> solution = Optional.empty();
    HqqParameters scale;
    if (settings.quantScale()) {
      scale = grids.fillCoded();
      if (settings.optimize()) {
        solution = Optional.of(solver.solve(ranges, inverse, grids.start()));
      }
    } else if (onePass) {
      solution = Optional.of(solver.solve(ranges, inverse, grids.start(), grids::fill));
      requireFinite(problem, ranges);
      scale = grids.plainScales();
    } else {
      Parallel.forEachRange(inverse.length, StoredParameters.CHUNK, grids::fill);
      scale = grids.plainScales();
    }
    float[] solved = solution.map(Solution::zero).orElse(grids.start());
    HqqParameters zero = zeros(layer, solved);
    float[] used = settings.referenceCodes() ? solved : zero.values(settings.computeDtype());
    byte[] codes = Codes.of(w, groups, settings.bits().maxCode(), inverse, used);
    return new Quantization(
        new HqqLinear(
            weight.rows(),
            weight.cols(),
            groups,
            settings.bits().maxCode(),
            settings.scaleDtype(),
            settings.computeDtype(),
            codes,
            scale,
            zero),
        diagnostics(solution));
  }

  private static Ranges measure(LinearProblem problem, float[] w, FlatGroups groups) {
    Ranges ranges = Ranges.of(w, groups);
    requireFinite(problem, ranges);
    return ranges;
  }

  private static void requireFinite(LinearProblem problem, Ranges ranges) {
    if (!ranges.finite()) {
      problem.requireFiniteWeight();
    }
  }

  private static Map<String, Double> diagnostics(Optional<Solution> solution) {
    Map<String, Double> diagnostics = new LinkedHashMap<>();
    solution.ifPresent(
        s -> {
          diagnostics.put("iterations", (double) s.iterations());
          diagnostics.put("mean_abs_error", (double) s.errors()[s.iterations() - 1]);
        });
    return diagnostics;
  }

  private HqqParameters zeros(String layer, float[] exact) {
    return settings.quantZero()
        ? StoredParameters.coded(exact, settings.zeroGroupsize(), settings.rangeGuard())
        : StoredParameters.plain(layer, "zero point", exact, settings.scaleDtype());
  }
}
