package dev.pbq.core.pipeline;

import ai.djl.ndarray.NDManager;
import dev.pbq.core.PbqException;
import dev.pbq.core.activation.ActivationFile;
import dev.pbq.core.activation.HiddenStates;
import dev.pbq.core.activation.WindowValues;
import dev.pbq.core.data.Calibration;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.TokenEmbedding;
import dev.pbq.core.tensor.WeightSource;
import java.util.Arrays;

/** What enters the first block: calibration windows looked up in an embedding. */
record WindowEmbedding(CausalModel model, Calibration data, HiddenStates states) {
  /**
   * Fills a file.
   *
   * @param weights that have the embedding
   * @throws PbqException BAD_DATA for a token that the model does not have
   */
  void write(WeightSource weights, ActivationFile file, NDManager manager) {
    requireKnown();
    try (TokenEmbedding embedding = model.embedding(manager, weights)) {
      write(embedding, data.windows(), states, file, manager);
    }
    file.force();
  }

  /** Looks up windows batch by batch. */
  static void write(
      TokenEmbedding embedding,
      int[][] windows,
      HiddenStates states,
      WindowValues outputs,
      NDManager manager) {
    for (int first = 0; first < states.windows(); first += states.batch()) {
      int[][] ids = Arrays.copyOfRange(windows, first, first + states.batchAt(first));
      try (NDManager scope = manager.newSubManager()) {
        states.write(outputs, first, embedding.embed(scope, ids));
      }
    }
  }

  /**
   * Refuses ids that the model does not have.
   *
   * @throws PbqException BAD_DATA naming the first
   */
  void requireKnown() {
    for (int[] window : data.windows()) {
      for (int id : window) {
        if (id < 0 || id >= model.vocabularySize()) {
          throw PbqException.badData(
              "calibration text "
                  + data.dataset()
                  + " has token id "
                  + id
                  + " but the model's vocabulary has "
                  + model.vocabularySize()
                  + " entries: the tokenizer is another model's");
        }
      }
    }
  }
}
