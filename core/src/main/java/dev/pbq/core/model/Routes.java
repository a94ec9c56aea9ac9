package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The experts that a router chose for some tokens, in plain numbers. Where the engine records, the
 * weights of experts pass gradients on to the tokens; which experts are chosen does not.
 *
 * @param manager of the tokens, gets the weights
 * @param loads one for each expert
 * @param slope zeros [tokens * chosen, 1] with the gradient of the weights; closed with this
 */
record Routes(NDManager manager, List<Load> loads, Optional<NDArray> slope)
    implements AutoCloseable {
  /** The tokens of one expert, with the place of each among all choices of all tokens. */
  record Load(List<Integer> tokens, List<Double> weights, List<Integer> places) {
    private Load() {
      this(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    }
  }

  /**
   * Routes tokens.
   *
   * @param x [tokens, features]
   * @param correction [experts], added to the scores for choosing
   */
  static Routes of(
      NDArray x, LinearLayer router, Routing routing, float[] correction, int experts) {
    try (NDArray y = router.apply(x)) {
      float[] logits = y.toFloatArray();
      int tokens = logits.length / experts;
      long[] chosen = new long[tokens * routing.experts()];
      List<Load> loads = new ArrayList<>();
      for (int e = 0; e < experts; e++) {
        loads.add(new Load());
      }
      for (int t = 0; t < tokens; t++) {
        float[] own = Arrays.copyOfRange(logits, t * experts, (t + 1) * experts);
        int place = t * routing.experts();
        for (Routing.Choice choice : routing.choose(own, correction)) {
          Load load = loads.get(choice.expert());
          load.tokens().add(t);
          load.weights().add(choice.weight());
          load.places().add(place);
          chosen[place++] = choice.expert();
        }
      }
      return new Routes(
          x.getManager(),
          loads,
          OwnedArrays.isRecording() ? Optional.of(slope(y, routing, chosen)) : Optional.empty());
    }
  }

  /** The weights less themselves. */
  private static NDArray slope(NDArray logits, Routing routing, long[] chosen) {
    NDManager manager = logits.getManager();
    Shape shape = new Shape(logits.getShape().get(0), routing.experts());
    try (NDArray index = HostArrays.indices(manager, shape, chosen);
        NDArray weights = weights(logits, routing, index);
        NDArray same = constant(weights);
        NDArray zeros = weights.sub(same)) {
      return zeros.reshape(new Shape(chosen.length, 1));
    }
  }

  private static NDArray constant(NDArray values) {
    float[] same = values.toFloatArray();
    return HostArrays.floats(values.getManager(), values.getShape(), buffer -> buffer.put(same));
  }

  /** The weights of {@link Routing#choose} as the engine computes them: [tokens, chosen]. */
  private static NDArray weights(NDArray logits, Routing routing, NDArray index) {
    if (routing.scoring() == Routing.Scoring.SOFTMAX_OF_CHOSEN) {
      try (NDArray some = logits.gather(index, 1);
          NDArray shares = some.softmax(1)) {
        return scaled(shares, routing);
      }
    }
    boolean softmax = routing.scoring() == Routing.Scoring.SOFTMAX;
    try (NDArray scores = softmax ? logits.softmax(1) : Activation.sigmoid(logits);
        NDArray some = scores.gather(index, 1)) {
      if (!routing.normalized()) {
        return scaled(some, routing);
      }
      try (NDArray sum = some.sum(new int[] {1}, true);
          NDArray shares = some.div(sum)) {
        return scaled(shares, routing);
      }
    }
  }

  private static NDArray scaled(NDArray weights, Routing routing) {
    try (NDArray factor = HostArrays.scalar(weights.getManager(), routing.factor())) {
      return weights.mul(factor);
    }
  }

  /** The weights of an expert's tokens: [tokens, 1]. */
  NDArray weights(Load load) {
    NDArray column =
        HostArrays.floats(
            manager,
            new Shape(load.weights().size(), 1),
            buffer -> load.weights().forEach(w -> buffer.put(w.floatValue())));
    if (slope.isEmpty()) {
      return column;
    }
    long[] places = load.places().stream().mapToLong(p -> p).toArray();
    try (column;
        NDArray zeros = HostArrays.pick(slope.get(), places)) {
      return column.add(zeros);
    }
  }

  @Override
  public void close() {
    slope.ifPresent(NDArray::close);
  }
}
