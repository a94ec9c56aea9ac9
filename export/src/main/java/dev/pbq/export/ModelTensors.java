package dev.pbq.export;

import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.ModelWeights;
import dev.pbq.core.checkpoint.PackedCheckpoint;
import dev.pbq.core.checkpoint.TensorNames;
import dev.pbq.core.checkpoint.TiedWeights;
import dev.pbq.core.checkpoint.UnknownTensors;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.ModelLayout;
import dev.pbq.core.model.StoredWeights;
import dev.pbq.core.model.VocabularyTable;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The tensors of a folder that its model computes with. Of an architecture that pbq cannot run, all
 * that the folder holds.
 *
 * @param stored stored names by those that the architecture gives them: some checkpoints lack the
 *     leading {@code model.}
 * @param unused names of what the model does not use, but for tables that follow from the
 *     configuration
 * @param carried whether the unused tensors are exported all the same
 */
record ModelTensors(Map<String, String> stored, List<String> unused, boolean carried) {
  /** The part of a larger model that pbq runs has this in the names of its tensors. */
  private static final String TEXT_PART = "language_model.";

  private static final int NAMED = 4;

  ModelTensors {
    stored = Collections.unmodifiableMap(new LinkedHashMap<>(stored));
    unused = List.copyOf(unused);
  }

  /**
   * Finds them.
   *
   * @param layout of the model, if pbq can run it
   * @param dense the weights in the form of the family's files, if it can
   */
  static ModelTensors of(
      ModelFolder folder,
      ModelWeights weights,
      Optional<ModelLayout> layout,
      Optional<StoredWeights> dense) {
    Set<String> known = new HashSet<>();
    layout.ifPresent(l -> known.addAll(l.knownTensors()));
    if (weights instanceof PackedCheckpoint packed) {
      known.addAll(packed.ownBiases());
    }
    List<String> all =
        weights instanceof Checkpoint checkpoint
            ? TiedWeights.storedOnce(
                checkpoint, mayBeTied(folder, layout), Architectures.tiedWeights())
            : dense.map(StoredWeights::names).orElseGet(weights::names);
    // The other parts of a larger model belong to what its configuration describes.
    boolean larger = folder.config().has("text_config");
    Map<String, String> stored = new LinkedHashMap<>();
    boolean carried = false;
    for (String name : all) {
      Optional<String> proper = TensorNames.resolve(name, known::contains);
      if (proper.isPresent() || layout.isEmpty()) {
        stored.put(proper.orElse(name), name);
      } else if (larger && !name.contains(TEXT_PART)) {
        stored.put(name, name);
        carried = true;
      }
    }
    List<String> unused =
        layout.isEmpty() ? List.of() : UnknownTensors.of(known, weights.names()).names();
    return new ModelTensors(stored, unused, carried);
  }

  private static boolean mayBeTied(ModelFolder folder, Optional<ModelLayout> layout) {
    return layout
        .map(l -> isTied(l.vocabularyTables(head -> false)))
        .orElseGet(() -> folder.config().path("tie_word_embeddings").asBoolean(false));
  }

  /** Whether one table is both embedding and head. */
  static boolean isTied(List<VocabularyTable> tables) {
    return tables.stream().anyMatch(table -> table.use() == VocabularyTable.Use.BOTH);
  }

  /** What a user should know. */
  List<String> notes() {
    if (unused.isEmpty()) {
      return List.of();
    }
    int more = unused.size() - NAMED;
    return List.of(
        unused.size()
            + " tensors of the source are no part of the model that is run, and are "
            + (carried ? "carried along unless they are of its text part: " : "left out: ")
            + String.join(", ", unused.stream().limit(NAMED).map(TensorNames::printable).toList())
            + (more > 0 ? " and " + more + " others" : ""));
  }
}
