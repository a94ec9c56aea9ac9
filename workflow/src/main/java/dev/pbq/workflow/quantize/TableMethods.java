package dev.pbq.workflow.quantize;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.model.ModelLayout;
import dev.pbq.core.model.VocabularyTable;
import dev.pbq.core.pipeline.PlannedTable;
import dev.pbq.core.pipeline.VocabularyTables;
import dev.pbq.core.quant.Methods;
import dev.pbq.workflow.recipe.VocabularyChoice;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Gives embedding and head their methods and settings, as a recipe chooses them. */
final class TableMethods {
  private final Methods registry;
  private final VocabularyChoice choice;

  TableMethods(Methods registry, VocabularyChoice choice) {
    this.registry = registry;
    this.choice = choice;
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
    if (choice.saysNothing()) {
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
          new TableMethod("embedding", choice.embeddingBits(), choice.embeddingMethod());
      case HEAD -> new TableMethod("head", choice.headBits(), choice.headMethod());
      case BOTH -> tied(table);
    };
  }

  private TableMethod tied(VocabularyTable table) {
    return new TableMethod(
        choice.embeddingBits() != null || choice.headBits() == null ? "embedding" : "head",
        same(table, "bits", choice.embeddingBits(), choice.headBits()),
        same(table, "method", choice.embeddingMethod(), choice.headMethod()));
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
