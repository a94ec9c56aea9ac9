package dev.pbq.gptqpb;

import dev.pbq.core.linalg.ColumnOrder;
import dev.pbq.core.linalg.ColumnSweep;
import dev.pbq.core.linalg.Damping;
import dev.pbq.core.linalg.InverseFactor;
import dev.pbq.core.linalg.SweepPlan;
import dev.pbq.core.linalg.SweepResult;
import dev.pbq.core.packed.UniformLinear;
import dev.pbq.core.quant.CalibrationNeed;
import dev.pbq.core.quant.LinearProblem;
import dev.pbq.core.quant.Quantization;
import dev.pbq.core.quant.Quantizer;
import dev.pbq.core.tensor.FloatMatrix;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** GPTQ (arXiv 2210.17323); what its grids are says {@link GptqGrids}. */
final class GptqQuantizer implements Quantizer {
  /** Shares of the mean diagonal that are tried on held-out windows. */
  private static final List<Double> DAMPINGS = List.of(0.003, 0.01, 0.03, 0.1);

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
  public Damping damping() {
    return Damping.of(settings.percdamp());
  }

  @Override
  public List<Quantizer> variants() {
    return settings.dampingChoice() == DampingChoice.FIXED
        ? List.of()
        : DAMPINGS.stream().<Quantizer>map(d -> new GptqQuantizer(settings.damped(d))).toList();
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
    boolean storesGroups =
        settings.actOrder()
            && settings.actGroups() == ActGroups.VISITED
            && settings.groupsize() != -1;
    return storesGroups ? bits + 32L * cols : bits;
  }

  @Override
  public Quantization quantize(LinearProblem problem) {
    FloatMatrix w = problem.weight();
    checkFits(problem.name(), w.rows(), w.cols());
    problem.requireFiniteWeight();
    InverseFactor factor =
        problem.requireHessian().inverseFactor(damping(), order(), problem.name());
    GptqGrids columns = new GptqGrids(problem.name(), settings, w, factor);
    SweepResult result =
        ColumnSweep.run(
            w,
            factor.deadColumns(),
            Optional.of(factor),
            SweepPlan.cutAt(w.cols(), settings.blocksize(), columns.width()),
            columns);
    FiniteLoss.require(problem.name(), result.loss());
    Map<String, Double> diagnostics = new LinkedHashMap<>();
    diagnostics.put("loss", result.loss());
    diagnostics.put("damping", factor.dampingShare());
    return new Quantization(
        new UniformLinear(
            w.rows(),
            w.cols(),
            columns.width(),
            settings.scaleDtype(),
            result.codes(),
            columns.grids().toGrid(),
            Optional.ofNullable(columns.columnGroups())),
        diagnostics);
  }

  private ColumnOrder order() {
    if (!settings.actOrder()) {
      return ColumnOrder.NATURAL;
    }
    return settings.actGroups() == ActGroups.WHOLE && settings.groupsize() != -1
        ? ColumnOrder.inGroups(settings.groupsize())
        : ColumnOrder.DESCENDING_DIAGONAL;
  }
}
