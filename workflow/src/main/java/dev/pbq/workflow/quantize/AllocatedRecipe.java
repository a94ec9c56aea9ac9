package dev.pbq.workflow.quantize;

import dev.pbq.core.PbqException;
import dev.pbq.core.model.Linear;
import dev.pbq.core.model.VocabularyTable;
import dev.pbq.core.pipeline.PlannedTable;
import dev.pbq.core.pipeline.ProgressListener;
import dev.pbq.core.quant.Methods;
import dev.pbq.eval.sensitivity.LinearSensitivity;
import dev.pbq.workflow.allocate.ErrorCurve;
import dev.pbq.workflow.allocate.LayerCost;
import dev.pbq.workflow.recipe.AllocationChoice;
import dev.pbq.workflow.recipe.LayerOverride;
import dev.pbq.workflow.recipe.Recipe;
import dev.pbq.workflow.recipe.VocabularyChoice;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A recipe that asks for an allocation, carried out: sensitivities are read or measured, and each
 * linear gets an exception with its bits, each table that takes part its bits. What comes out
 * repeats the run without measuring.
 *
 * @param recipe asks for an allocation
 * @param job the model, planned as if all linears were alike
 * @param tables the methods of tables outside of the blocks
 * @param outputBytes estimate of the weight files of that plan
 * @param measuring how sensitivities are measured
 */
record AllocatedRecipe(
    Recipe recipe,
    QuantizationJob job,
    TableMethods tables,
    long outputBytes,
    SensitivityRun measuring) {
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
    List<AllocatedLayer> planned = allocation.layers(job.plan(), tables);
    if (planned.isEmpty()) {
      throw PbqException.setting(
          "{allocate} is of no use: exceptions give all layers their bits or another method");
    }
    Optional<Sensitivities> given = given();
    Set<String> left = given.map(g -> left(g, progress)).orElse(Set.of());
    List<AllocatedLayer> free = planned.stream().filter(l -> !left.contains(l.name())).toList();
    Budget budget = budget(free, left);
    // A budget that cannot be met is refused before anything is measured.
    allocation.share(free, alike(free), budget);
    Sensitivities measured = given.orElseGet(() -> measured(output, progress));
    List<LayerCost> costs = new ArrayList<>();
    for (AllocatedLayer layer : free) {
      LinearSensitivity s = measured.of(layer.name());
      ErrorCurve curve =
          new ErrorCurve(
              s.errors().stream().map(LinearSensitivity.ErrorAtRate::bits).toList(),
              s.errors().stream().map(LinearSensitivity.ErrorAtRate::error).toList());
      costs.add(new LayerCost(layer.name(), layer.weights(), s.loss(), s.bits(), curve));
    }
    List<String> bits = allocation.share(free, costs, budget);
    tell(free, bits, progress);
    return fixed(free, bits);
  }

  /** The recipe with bits for each layer. */
  private Recipe fixed(List<AllocatedLayer> free, List<String> bits) {
    Map<String, VocabularyTable> byName = new LinkedHashMap<>();
    job.plan().tables().forEach(t -> byName.put(t.name(), t.table()));
    VocabularyChoice vocabulary = recipe.vocabulary();
    List<LayerOverride> overrides = new ArrayList<>(recipe.overrides());
    for (int i = 0; i < bits.size(); i++) {
      String name = free.get(i).name();
      if (byName.containsKey(name)) {
        vocabulary = tables.with(vocabulary, byName.get(name), bits.get(i));
      } else {
        String exactly = "^" + name.replace(".", "\\.") + "$";
        overrides.add(BitAllocation.override(exactly, bits.get(i)));
      }
    }
    return recipe
        .withLayers(recipe.layers(), overrides)
        .withVocabulary(vocabulary)
        .withAllocation(AllocationChoice.NONE);
  }

  private Budget budget(List<AllocatedLayer> free, Set<String> left) {
    String budget = recipe.allocation().budget();
    if (budget == null) {
      return Budget.asPlanned(free);
    }
    long bytes = outputBytes;
    for (PlannedTable table : job.plan().tables()) {
      if (left.contains(table.name())) {
        bytes += job.originalBytes(table.table()) - table.estimatedStoredBits() / 8;
      }
    }
    return Budget.ofModel(budget, job, free, bytes);
  }

  private static List<LayerCost> alike(List<AllocatedLayer> layers) {
    return layers.stream().map(l -> new LayerCost(l.name(), l.weights(), l.weights(), 1)).toList();
  }

  /** What was measured before, if the recipe says where it is. */
  private Optional<Sensitivities> given() {
    return Optional.ofNullable(recipe.allocation().sensitivity())
        .map(
            file ->
                Sensitivities.read(Path.of(file))
                    .requireModel(job.weightsFingerprint(), job.folder().toString()));
  }

  /** Names of tables that a file says nothing of, as files of earlier versions: they stay. */
  private Set<String> left(Sensitivities given, ProgressListener progress) {
    Set<String> left = new LinkedHashSet<>();
    for (PlannedTable table : job.plan().tables()) {
      if (tables.isFree(table.table()) && !given.has(table.name())) {
        left.add(table.name());
        progress.told(
            given.file()
                + " has no sensitivity of "
                + table.name()
                + ", which stays as it is; 'pbq sensitivity' adds it to the file");
      }
    }
    return left;
  }

  private Sensitivities measured(Path output, ProgressListener progress) {
    Path beside = output.toAbsolutePath().normalize();
    return measuring.measure(
        job,
        job.plan().tables().stream().map(PlannedTable::table).filter(tables::isFree).toList(),
        !job.plan().calibratesLinears(),
        beside.resolveSibling(beside.getFileName() + SUFFIX),
        true,
        progress);
  }

  /** A line for each kind of layer. */
  private static void tell(
      List<AllocatedLayer> layers, List<String> bits, ProgressListener progress) {
    Map<String, DoubleSummaryStatistics> kinds = new LinkedHashMap<>();
    Map<String, double[]> sums = new LinkedHashMap<>();
    for (int i = 0; i < bits.size(); i++) {
      AllocatedLayer layer = layers.get(i);
      String kind = Linear.shortName(layer.name());
      double rate = Double.parseDouble(bits.get(i));
      kinds.computeIfAbsent(kind, k -> new DoubleSummaryStatistics()).accept(rate);
      double[] sum = sums.computeIfAbsent(kind, k -> new double[2]);
      sum[0] += rate * layer.weights();
      sum[1] += layer.weights();
    }
    progress.told("bits by kind of layer, mean (least to most):");
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
