package dev.pbq.train.run;

import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.model.Linear;
import dev.pbq.core.model.TransformerModel;
import dev.pbq.train.layer.StoredVector;
import dev.pbq.train.layer.TrainableLinear;
import dev.pbq.train.method.TrainingMethod;
import dev.pbq.train.optimizer.Parameter;
import dev.pbq.train.student.TrainedWeights;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a method trains of a model, with the values that it starts from. */
final class StartingWeights {
  private static final String WEIGHT = ".weight";

  private StartingWeights() {}

  /**
   * Reads a model.
   *
   * @param original its dense weights, lent
   * @throws PbqException USAGE if an embedding is to be trained that the head shares by the
   *     configuration, but not in the files
   */
  static TrainedWeights of(TrainingMethod method, Checkpoint original, TransformerModel model) {
    Map<String, TrainableLinear> linears = new LinkedHashMap<>();
    for (int b = 0; b < model.blocks(); b++) {
      model.linearInputs(b).stream()
          .flatMap(input -> input.linears().stream())
          .map(Linear::name)
          .forEach(
              name -> linears.put(name, method.linear(name, original.readMatrix(name + WEIGHT))));
    }
    if (method.trainsTables()) {
      requireOneHead(original, model);
    }
    Map<String, StoredVector> vectors = new LinkedHashMap<>();
    for (String name : model.requiredTensors()) {
      long[] shape = original.shape(name);
      boolean ofLinear =
          name.endsWith(WEIGHT)
              && linears.containsKey(name.substring(0, name.length() - WEIGHT.length()));
      if (shape.length == 1 ? method.trainsVectors() : method.trainsTables() && !ofLinear) {
        int cols = shape.length == 1 ? 0 : Math.toIntExact(shape[1]);
        Parameter values = Parameter.of(name, original.read(name), cols > 0);
        vectors.put(name, new StoredVector(values, original.info(name).dtype(), cols));
      }
    }
    return new TrainedWeights(linears, vectors);
  }

  /** A second head would stay as it is, and be dropped, or not, when the result is stored. */
  private static void requireOneHead(Checkpoint original, TransformerModel model) {
    String head = model.layout().outer().head() + WEIGHT;
    if (original.contains(head) && !model.requiredTensors().contains(head)) {
      throw PbqException.usage(
          original.folder()
              + " holds "
              + head
              + " although config.json says that the head is the embedding: remove the tensor, or"
              + " set tie_word_embeddings to false");
    }
  }
}
