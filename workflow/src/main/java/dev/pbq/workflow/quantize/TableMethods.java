package dev.pbq.workflow.quantize;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.model.ModelLayout;
import dev.pbq.core.model.VocabularyTable;
import dev.pbq.core.pipeline.PlannedTable;
import dev.pbq.core.pipeline.VocabularyTables;
import dev.pbq.core.quant.CalibrationNeed;
import dev.pbq.core.quant.Methods;
import dev.pbq.core.quant.Quantizer;
import dev.pbq.workflow.recipe.AllocationChoice;
import dev.pbq.workflow.recipe.Recipe;
import dev.pbq.workflow.recipe.VocabularyChoice;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Gives embedding and head their methods and settings, as a recipe chooses them. Where a budget for
 * the whole model is shared, tables that no bits are given for take part: they are planned with
 * {@value #PLANNED_BITS} bits until they have theirs.
 */
final class TableMethods {
  private static final double PLANNED_BITS = 4;

  private final Methods registry;
  private final VocabularyChoice choice;
  private final boolean calibrated;

  /** The method of tables that take part where none is given; empty if none take part. */
  private final Optional<String> sharing;

  private TableMethods(
      Methods registry, VocabularyChoice choice, boolean calibrated, Optional<String> sharing) {
    this.registry = registry;
    this.choice = choice;
    this.calibrated = calibrated;
    this.sharing = sharing;
  }

  /**
   * Those of a recipe.
   *
   * @param linears its method, with settings
   */
  static TableMethods of(Methods registry, Recipe recipe, Quantizer linears) {
    AllocationChoice allocation = recipe.allocation();
    Optional<String> sharing =
        allocation.allocate() && allocation.budget() != null
            ? Optional.of(
                BitSetting.of(registry, recipe.requireMethod())
                    .filter(BitSetting::isContinuous)
                    .map(BitSetting::method)
                    .orElse(VocabularyChoice.METHOD))
            : Optional.empty();
    boolean calibrated = linears.calibrationNeed() == CalibrationNeed.HESSIAN;
    return new TableMethods(registry, recipe.vocabulary(), calibrated, sharing);
  }

  /** Whether a table takes part when bits are shared. */
  boolean isFree(VocabularyTable table) {
    return sharing.isPresent() && !choice.gives(table.use());
  }

  /**
   * A planned table that takes part.
   *
   * @param linears how the linears get their bits
   * @throws PbqException USAGE if its method takes widths and theirs any number
   */
  AllocatedLayer layer(PlannedTable planned, BitSetting linears) {
    VocabularyTable table = planned.table();
    TableMethod method = method(table);
    BitSetting bits = BitSetting.of(registry, method.method()).orElseThrow();
    if (linears.isContinuous() && !bits.isContinuous()) {
      throw PbqException.setting(
          "{budget}: bits are shared in any amounts with method %s, and %s takes whole ones for %s:"
              + " give {embeddingBits} or {headBits}, or a method such as %s",
          linears.method(), bits.method(), table.name(), linears.method());
    }
    return new AllocatedLayer(
        table.name(),
        table.rows(),
        table.cols(),
        planned.quantizer(),
        linears.isContinuous(),
        bits.widths(),
        value ->
            method.with(Double.parseDouble(value)).configure(registry).orElseThrow().quantizer());
  }

  /** The choice of a recipe with bits for a table that takes part. */
  VocabularyChoice with(VocabularyChoice before, VocabularyTable table, String bits) {
    TableMethod method = method(table);
    Double number = Double.valueOf(bits);
    return table.use().isEmbedding()
        ? new VocabularyChoice(number, before.headBits(), method.text(), before.headMethod())
        : new VocabularyChoice(
            before.embeddingBits(), number, before.embeddingMethod(), method.text());
  }

  /**
   * Plans the tables of a model.
   *
   * @param weights dense, lent
   * @throws PbqException USAGE for a choice that does not fit the model: a head that is not there,
   *     tied weights that were given two widths; for a method that cannot quantize a table, or has
   *     not these bits
   */
  List<PlannedTable> plan(ModelFolder folder, Checkpoint weights, ModelLayout layout) {
    if (choice.saysNothing() && sharing.isEmpty()) {
      return List.of();
    }
    List<PlannedTable> planned = new ArrayList<>();
    List<VocabularyTable> tables = VocabularyTables.of(folder, weights, layout);
    requireHead(tables, folder);
    for (VocabularyTable table : tables) {
      TableMethod method = method(table);
      method
          .configure(registry)
          .ifPresent(c -> planned.add(new PlannedTable(table, c.quantizer())));
    }
    return planned;
  }

  private void requireHead(List<VocabularyTable> tables, ModelFolder folder) {
    boolean given = choice.headBits() != null || choice.headMethod() != null;
    if (given && tables.stream().noneMatch(table -> table.use().isHead())) {
      throw PbqException.setting(
          "{headBits} and {headMethod} are of no use here: the %s model in %s has no head with a"
              + " row for each token",
          folder.modelType().orElse("classifying"), folder.shown());
    }
  }

  private TableMethod method(VocabularyTable table) {
    return switch (table.use()) {
      case EMBEDDING ->
          method("embedding", choice.embeddingBits(), choice.embeddingMethod(), table);
      case HEAD -> method("head", choice.headBits(), choice.headMethod(), table);
      case BOTH ->
          method(
              choice.embeddingBits() != null || choice.headBits() == null ? "embedding" : "head",
              same(table, "bits", choice.embeddingBits(), choice.headBits()),
              same(table, "method", choice.embeddingMethod(), choice.headMethod()),
              table);
    };
  }

  private TableMethod method(String what, Double bits, String text, VocabularyTable table) {
    boolean free = isFree(table);
    return new TableMethod(
        what,
        free ? Double.valueOf(PLANNED_BITS) : bits,
        free && text == null ? sharing.orElseThrow() : text,
        table.use(),
        calibrated);
  }

  /** What was given for either, or null. */
  private static <T> T same(VocabularyTable table, String what, T embedding, T head) {
    if (embedding != null && head != null && !Objects.equals(embedding, head)) {
      throw PbqException.setting(
          "embedding and head are one table in this model, %s: {embeddingBits}, {embeddingMethod}"
              + " and {headBits}, {headMethod} give it two %s, %s and %s",
          table.name(), what.equals("bits") ? "widths" : "methods", embedding, head);
    }
    return embedding != null ? embedding : head;
  }

  /** Adds methods and complete settings of planned tables to the stored settings of a run. */
  void describe(List<PlannedTable> planned, ObjectNode settings) {
    for (PlannedTable table : planned) {
      TableMethod method = method(table.table());
      Optional<Methods.Configured> configured = method.configure(registry);
      ObjectNode node =
          settings.putObject(table.table().use().isEmbedding() ? "embedding" : "head");
      node.put("method", configured.orElseThrow().quantizer().name());
      node.setAll(configured.orElseThrow().settings());
    }
  }
}
