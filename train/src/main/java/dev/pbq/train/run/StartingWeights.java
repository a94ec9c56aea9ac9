package dev.pbq.train.run;

import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.Linear;
import dev.pbq.train.layer.StoredVector;
import dev.pbq.train.layer.TrainableLinear;
import dev.pbq.train.method.TrainingMethod;
import dev.pbq.train.optimizer.Parameter;
import dev.pbq.train.student.TrainedWeights;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What a method trains, as it is before the first step.
 *
 * @param original the dense weights, lent
 */
record StartingWeights(Checkpoint original, CausalModel model) {
  private static final String WEIGHT = ".weight";
  private static final String BIAS = ".bias";

  TrainedWeights of(TrainingMethod method) {
    Map<String, TrainableLinear> linears = new LinkedHashMap<>();
    for (String name : linears(model)) {
      linears.put(name, method.linear(name, original.readMatrix(name + WEIGHT)));
    }
    Map<String, StoredVector> vectors = new LinkedHashMap<>();
    for (String name : model.requiredTensors()) {
      boolean ofLinear =
          name.endsWith(BIAS)
              && linears.containsKey(name.substring(0, name.length() - BIAS.length()));
      if (original.shape(name).length == 1 && method.trainsVector(name, ofLinear)) {
        Parameter values = Parameter.of(name, original.read(name), false);
        vectors.put(name, new StoredVector(values, original.info(name).dtype()));
      }
    }
    return new TrainedWeights(linears, vectors);
  }

  private static List<String> linears(CausalModel model) {
    return IntStream.range(0, model.blocks())
        .boxed()
        .flatMap(b -> model.linearInputs(b).stream())
        .flatMap(input -> input.linears().stream())
        .map(Linear::name)
        .toList();
  }

  /** The root mean square of the weights that are replaced. */
  static double rms(Checkpoint original, CausalModel model) {
    double sum = 0;
    long count = 0;
    for (String name : linears(model)) {
      for (float w : original.read(name + WEIGHT)) {
        sum += (double) w * w;
        count++;
      }
    }
    return Math.sqrt(sum / count);
  }
}
