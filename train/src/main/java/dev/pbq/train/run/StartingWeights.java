package dev.pbq.train.run;

import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.model.Linear;
import dev.pbq.core.model.TransformerModel;
import dev.pbq.core.tensor.WeightSource;
import dev.pbq.train.layer.StoredVector;
import dev.pbq.train.layer.TrainableLinear;
import dev.pbq.train.method.OriginalLinear;
import dev.pbq.train.method.TrainingMethod;
import dev.pbq.train.optimizer.Parameter;
import dev.pbq.train.student.TrainedWeights;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What a method trains, as it is before the first step.
 *
 * @param original the dense weights, lent
 */
record StartingWeights(Checkpoint original, TransformerModel model) {
  private static final String WEIGHT = ".weight";
  private static final String BIAS = ".bias";

  /**
   * The layers and vectors.
   *
   * @param seed of what starts at random
   */
  TrainedWeights of(TrainingMethod method, long seed) {
    Map<String, TrainableLinear> linears = new LinkedHashMap<>();
    method.requireFits(original);
    WeightSource view = model.layout().view(original);
    for (Linear linear : linears(model)) {
      linears.put(linear.name(), method.linear(original(view, linear, seed)));
    }
    if (method.trainsTables()) {
      requireOneHead();
    }
    Map<String, StoredVector> vectors = new LinkedHashMap<>();
    for (String name : model.requiredTensors()) {
      boolean ofLinear =
          name.endsWith(BIAS)
              && linears.containsKey(name.substring(0, name.length() - BIAS.length()));
      // A vector that files hold in a stack stays as it is.
      if (!original.contains(name)) {
        continue;
      }
      long[] shape = original.shape(name);
      boolean isTrained =
          shape.length == 1
              ? method.trainsVector(name, ofLinear)
              : method.trainsTables() && !isLinear(name, linears);
      if (isTrained) {
        int cols = shape.length == 1 ? 0 : Math.toIntExact(shape[1]);
        boolean decays = cols > 0;
        Parameter values = Parameter.of(name, original.read(name), decays);
        vectors.put(name, new StoredVector(values, original.info(name).dtype(), cols));
      }
    }
    return new TrainedWeights(linears, vectors);
  }

  private static boolean isLinear(String tensor, Map<String, TrainableLinear> linears) {
    return tensor.endsWith(WEIGHT)
        && linears.containsKey(tensor.substring(0, tensor.length() - WEIGHT.length()));
  }

  /** A second head would stay as it is, and be dropped, or not, when the result is stored. */
  private void requireOneHead() {
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

  private static OriginalLinear original(WeightSource view, Linear linear, long seed) {
    return new OriginalLinear(
        linear.name(),
        linear.role().isAttention(),
        view.readMatrix(linear.weight()),
        linear.bias() ? Optional.of(view.read(linear.name() + BIAS)) : Optional.empty(),
        seed);
  }

  private static List<Linear> linears(TransformerModel model) {
    return IntStream.range(0, model.blocks())
        .boxed()
        .flatMap(b -> model.linearInputs(b).stream())
        .flatMap(input -> input.linears().stream())
        .toList();
  }

  /** The root mean square of the weights that are replaced. */
  static double rms(Checkpoint original, TransformerModel model) {
    double sum = 0;
    long count = 0;
    WeightSource view = model.layout().view(original);
    for (Linear linear : linears(model)) {
      for (float w : view.read(linear.weight())) {
        sum += (double) w * w;
        count++;
      }
    }
    return Math.sqrt(sum / count);
  }
}
