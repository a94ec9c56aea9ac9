package dev.pbq.core.pipeline;

import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.TensorNames;
import dev.pbq.core.checkpoint.TiedWeights;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.ModelLayout;
import dev.pbq.core.model.VocabularyTable;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The tables of embedding and head that a result holds, tied ones once. */
public final class VocabularyTables {
  private VocabularyTables() {}

  /**
   * The tables of a model as it is packed: a head that repeats the embedding is not stored again.
   *
   * @param source the model's folder
   * @param original its dense weights, lent
   */
  public static List<VocabularyTable> of(
      ModelFolder source, Checkpoint original, ModelLayout layout) {
    return layout.vocabularyTables(
        head -> {
          boolean tied = source.config().path("tie_word_embeddings").asBoolean(false);
          Set<String> kept =
              new HashSet<>(TiedWeights.storedOnce(original, tied, Architectures.tiedWeights()));
          return TensorNames.resolve(head, kept::contains).isPresent();
        });
  }
}
