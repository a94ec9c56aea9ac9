package dev.pbq.workflow.quantize;

import dev.pbq.core.PbqException;
import dev.pbq.core.model.Linear;
import dev.pbq.core.pipeline.PlannedLinear;
import dev.pbq.core.pipeline.ProgressListener;
import dev.pbq.core.quant.Methods;
import dev.pbq.eval.sensitivity.LinearSensitivity;
import dev.pbq.workflow.allocate.ErrorCurve;
import dev.pbq.workflow.allocate.LayerCost;
import dev.pbq.workflow.recipe.AllocationChoice;
import dev.pbq.workflow.recipe.LayerOverride;
import dev.pbq.workflow.recipe.Recipe;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A recipe that asks for an allocation, carried out: sensitivities are read or measured, and each
 * linear gets an exception with its bits. What comes out repeats the run without measuring.
 *
 * @param recipe asks for an allocation
 * @param job the model, planned as if all linears were alike
 * @param outputBytes estimate of the weight files of that plan
 * @param measuring how sensitivities are measured
 */
record AllocatedRecipe(
    Recipe recipe, QuantizationJob job, long outputBytes, SensitivityRun measuring) {
  /** Ends the name of the file beside an output that keeps what was measured. */
  private static final String SUFFIX = ".sensitivity.jsonl";

  /**
   * Carries it out.
   *
   * @param output beside it measured sensitivities are kept
   * @throws PbqException USAGE for a budget that cannot be met, a method without bits, or a file of
   *     another model; BAD_DATA for a damaged file; otherwise as {@link SensitivityRun#measure}
   */
  Recipe of(Path output, ProgressListener progress) {
    BitAllocation allocation = new BitAllocation(Methods.load(), recipe);
    List<PlannedLinear> free = job.plan().linears().filter(allocation::isFree).toList();
    if (free.isEmpty()) {
      throw PbqException.setting(
          "{allocate} is of no use: exceptions give all layers their bits or another method");
    }
    AllocationChoice choice = recipe.allocation();
    Budget budget =
        choice.budget() == null
            ? Budget.asPlanned(free)
            : Budget.ofModel(choice.budget(), job, free, outputBytes);
    // A budget that cannot be met is refused before anything is measured.
    allocation.share(free, alike(free), budget);
    Sensitivities measured = sensitivities(output, progress);
    List<LayerCost> costs = new ArrayList<>();
    for (PlannedLinear linear : free) {
      LinearSensitivity s = measured.of(linear.name());
      ErrorCurve curve =
          new ErrorCurve(
              s.errors().stream().map(LinearSensitivity.ErrorAtRate::bits).toList(),
              s.errors().stream().map(LinearSensitivity.ErrorAtRate::error).toList());
      costs.add(new LayerCost(linear.name(), linear.weights(), s.loss(), s.bits(), curve));
    }
    List<String> bits = allocation.share(free, costs, budget);
    List<LayerOverride> overrides = new ArrayList<>(recipe.overrides());
    for (int i = 0; i < bits.size(); i++) {
      String exactly = "^" + free.get(i).name().replace(".", "\\.") + "$";
      overrides.add(BitAllocation.override(exactly, bits.get(i)));
    }
    tell(free, bits, progress);
    return recipe.withLayers(recipe.layers(), overrides).withAllocation(AllocationChoice.NONE);
  }

  private static List<LayerCost> alike(List<PlannedLinear> linears) {
    return linears.stream().map(l -> new LayerCost(l.name(), l.weights(), l.weights(), 1)).toList();
  }

  private Sensitivities sensitivities(Path output, ProgressListener progress) {
    String file = recipe.allocation().sensitivity();
    if (file != null) {
      return Sensitivities.read(Path.of(file))
          .requireModel(job.weightsFingerprint(), job.folder().toString());
    }
    Path beside = output.toAbsolutePath().normalize();
    return measuring.measure(
        job,
        !job.plan().needsCalibration(),
        beside.resolveSibling(beside.getFileName() + SUFFIX),
        true,
        progress);
  }

  /** A line for each kind of linear. */
  private static void tell(
      List<PlannedLinear> linears, List<String> bits, ProgressListener progress) {
    Map<String, DoubleSummaryStatistics> kinds = new LinkedHashMap<>();
    Map<String, double[]> sums = new LinkedHashMap<>();
    for (int i = 0; i < bits.size(); i++) {
      PlannedLinear linear = linears.get(i);
      String kind = Linear.shortName(linear.name());
      double rate = Double.parseDouble(bits.get(i));
      kinds.computeIfAbsent(kind, k -> new DoubleSummaryStatistics()).accept(rate);
      double[] sum = sums.computeIfAbsent(kind, k -> new double[2]);
      sum[0] += rate * linear.weights();
      sum[1] += linear.weights();
    }
    progress.told("bits by kind of linear, mean (least to most):");
    kinds.forEach(
        (kind, range) ->
            progress.told(
                String.format(
                    Locale.ROOT,
                    "  %-16s %.3f (%.3f to %.3f)",
                    kind,
                    sums.get(kind)[0] / sums.get(kind)[1],
                    range.getMin(),
                    range.getMax())));
  }
}
