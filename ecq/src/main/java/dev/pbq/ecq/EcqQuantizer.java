package dev.pbq.ecq;

import dev.pbq.core.PbqException;
import dev.pbq.core.Wording;
import dev.pbq.core.linalg.Damping;
import dev.pbq.core.linalg.LowerFactor;
import dev.pbq.core.packed.ColumnSteps;
import dev.pbq.core.packed.ScaleFormat;
import dev.pbq.core.packed.Shapes;
import dev.pbq.core.quant.CalibrationNeed;
import dev.pbq.core.quant.LinearProblem;
import dev.pbq.core.quant.Quantization;
import dev.pbq.core.quant.Quantizer;
import dev.pbq.core.quant.WorkingMemory;
import dev.pbq.ecq.sweep.Layer;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Entropy-coded quantization of one layer: error compensation with codes of unlimited range, whose
 * steps are searched so that the layer takes the bits that were asked for ({@code
 * docs/methods/ecq.md}).
 */
final class EcqQuantizer implements Quantizer {
  private final EcqSettings settings;

  EcqQuantizer(EcqSettings settings) {
    this.settings = settings;
  }

  @Override
  public String name() {
    return "ecq";
  }

  @Override
  public CalibrationNeed calibrationNeed() {
    return settings.dataFree() ? CalibrationNeed.NONE : CalibrationNeed.HESSIAN;
  }

  @Override
  public Damping damping() {
    return Damping.of(settings.percdamp());
  }

  /** Refuses layers whose steps alone take more than the bits that are wanted. */
  @Override
  public void checkFits(String layer, int rows, int cols) {
    Shapes.requireStorable(layer, rows, cols);
    long scales = settings.rowExponent() == 0 ? 0 : 16L * rows;
    double least = (ColumnSteps.bits(cols, ScaleFormat.U8) + scales) / ((double) rows * cols);
    if (least >= settings.bits()) {
      throw PbqException.setting(
          "%s: {bits} %s cannot be met: the steps and scales of its %s x %s weights alone take %s"
              + " bits per weight; %s",
          layer,
          settings.bits(),
          rows,
          cols,
          String.format(Locale.ROOT, "%.3f", least),
          nearest(least));
    }
  }

  /** What can be asked for where so many bits go without a single code. */
  private static Wording nearest(double least) {
    double above = Math.floor(10 * least + 1) / 10;
    return above <= EcqSettings.MOST_BITS
        ? Wording.of("the nearest that can be met is above that, from {bits} %s on", above)
        : Wording.of("no {bits} can be met; {skip} leaves it as it is");
  }

  @Override
  public double paperBits(int rows, int cols) {
    return settings.bits();
  }

  /** What is asked for is what is stored. */
  @Override
  public long estimateStoredBits(int rows, int cols) {
    return Math.round(settings.bits() * rows * cols);
  }

  /**
   * Codes and the scaled weights; the factor, which is made in float64, and the errors of all
   * columns.
   */
  @Override
  public WorkingMemory workingMemory(int rows, int cols) {
    long weights = (long) rows * cols;
    long square = settings.dataFree() ? 0 : (long) cols * cols;
    return new WorkingMemory(5 * weights, 4 * square + Math.max(8 * square, 4 * weights));
  }

  @Override
  public Quantization quantize(LinearProblem problem) {
    String name = problem.name();
    checkFits(name, problem.weight().rows(), problem.weight().cols());
    problem.requireFiniteWeight();
    Map<String, Double> diagnostics = new LinkedHashMap<>();
    RowScaling rows = RowScaling.of(problem.weight(), settings.rowExponent());
    Layer layer;
    if (settings.dataFree()) {
      layer = Layer.of(rows.weight());
    } else {
      LowerFactor factor =
          problem.requireHessian().lowerFactor(Damping.of(settings.percdamp()), name);
      layer = Layer.of(rows.weight(), factor);
      diagnostics.put("damping", factor.dampingShare());
    }
    Found found = new RateSearch(name, layer, rows, settings).run();
    diagnostics.put("loss", found.loss() / 2);
    diagnostics.put("rounds", (double) found.rounds());
    diagnostics.put("zeros", found.zeros());
    diagnostics.put("largest_code", (double) found.largest());
    diagnostics.put("resident_bits", found.linear().residentBits() / (double) found.weights());
    return new Quantization(found.linear(), diagnostics);
  }
}
