package dev.pbq.kernels.decoder;

import dev.pbq.core.model.Routing;
import dev.pbq.kernels.lanes.Exponential;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A mixture of experts: every token goes to the experts that its router chooses.
 *
 * @param correction [experts], added to the scores for choosing
 */
record MixtureStep(
    LinearStep router,
    float[] correction,
    Routing routing,
    List<MlpStep> experts,
    Optional<Shared> shared)
    implements Sublayer {

  /**
   * An MLP that every token passes.
   *
   * @param gate a linear of one output whose sigmoid is a factor of what the MLP gives
   */
  record Shared(MlpStep mlp, Optional<LinearStep> gate) {
    float[] apply(float[] x, int count) {
      float[] y = mlp.apply(x, count);
      if (gate.isPresent()) {
        float[] logits = gate.get().apply(x, count);
        int hidden = y.length / count;
        for (int i = 0; i < y.length; i++) {
          y[i] *= Exponential.sigmoid(logits[i / hidden]);
        }
      }
      return y;
    }
  }

  /** The tokens of one expert with their weights. */
  private record Load(List<Integer> tokens, List<Double> weights) {
    Load() {
      this(new ArrayList<>(), new ArrayList<>());
    }
  }

  @Override
  public float[] apply(float[] x, Span span) {
    int count = span.count();
    int hidden = x.length / count;
    float[] y = shared.map(s -> s.apply(x, count)).orElseGet(() -> new float[x.length]);
    List<Load> loads = loads(x, count);
    for (int e = 0; e < loads.size(); e++) {
      if (!loads.get(e).tokens().isEmpty()) {
        add(experts.get(e), loads.get(e), x, hidden, y);
      }
    }
    return y;
  }

  private List<Load> loads(float[] x, int count) {
    float[] logits = router.apply(x, count);
    int size = experts.size();
    List<Load> loads = new ArrayList<>();
    for (int e = 0; e < size; e++) {
      loads.add(new Load());
    }
    for (int t = 0; t < count; t++) {
      float[] own = Arrays.copyOfRange(logits, t * size, (t + 1) * size);
      for (Routing.Choice choice : routing.choose(own, correction)) {
        loads.get(choice.expert()).tokens().add(t);
        loads.get(choice.expert()).weights().add(choice.weight());
      }
    }
    return loads;
  }

  private static void add(MlpStep expert, Load load, float[] x, int hidden, float[] y) {
    int count = load.tokens().size();
    float[] rows = new float[count * hidden];
    for (int i = 0; i < count; i++) {
      System.arraycopy(x, load.tokens().get(i) * hidden, rows, i * hidden, hidden);
    }
    float[] given = expert.apply(rows, count);
    for (int i = 0; i < count; i++) {
      float weight = load.weights().get(i).floatValue();
      int to = load.tokens().get(i) * hidden;
      for (int j = 0; j < hidden; j++) {
        y[to + j] += weight * given[i * hidden + j];
      }
    }
  }
}
