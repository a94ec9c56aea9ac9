package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import java.util.List;
import java.util.Optional;

/**
 * A mixture of experts: a router sends each token to some of them, whose outputs are added with
 * weights (Shazeer et al., 2017). Every expert runs on the tokens routed to it alone.
 *
 * @param router gives a logit for each expert; never trained
 * @param correction [experts], added to the scores for choosing
 * @param shared an MLP that sees every token
 */
record MixtureMlp(
    LinearLayer router,
    float[] correction,
    Routing routing,
    List<ProjectedSublayer> experts,
    Optional<Shared> shared)
    implements Sublayer {

  /**
   * An MLP that sees every token.
   *
   * @param gate a linear with one output whose sigmoid weighs the MLP's output, where there is one
   */
  record Shared(ProjectedSublayer mlp, Optional<LinearLayer> gate) {
    NDArray apply(NDArray x, InputTap tap) {
      NDArray y = mlp.apply(x, tap);
      if (gate.isPresent()) {
        try (NDArray logit = gate.get().apply(x);
            NDArray weight = Activation.sigmoid(logit)) {
          y.muli(weight);
        }
      }
      return y;
    }
  }

  @Override
  public NDArray apply(NDArray x, InputTap tap) {
    NDArray sum = routed(x, tap);
    if (shared.isPresent()) {
      try (NDArray added = shared.get().apply(x, tap)) {
        sum.addi(added);
      }
    }
    return sum;
  }

  @Override
  public Optional<LinearInput> outputInput() {
    return Optional.empty();
  }

  @Override
  public boolean reads(LinearInput input) {
    return shared.filter(s -> s.mlp().reads(input)).isPresent()
        || experts.stream().anyMatch(e -> e.reads(input));
  }

  /** Experts are independent: one is computed only as far as the tap wants to see it. */
  @Override
  public void applyTo(LinearInput last, NDArray x, InputTap tap) {
    try (Routes routes = Routes.of(x, router, routing, correction, experts.size())) {
      for (int e = 0; e < experts.size(); e++) {
        ProjectedSublayer expert = experts.get(e);
        boolean first = last.equals(expert.firstInput());
        InputTap own = first ? tap.without(expert.lastInput()::equals) : tap;
        show(expert, routes.loads().get(e), x, own);
        if (expert.reads(last)) {
          return;
        }
      }
    }
    shared.orElseThrow().mlp().applyTo(last, x, tap);
  }

  private static void show(ProjectedSublayer expert, Routes.Load load, NDArray x, InputTap tap) {
    boolean every = showEveryToken(expert, x, tap);
    boolean wantsLast = tap.tap().wants(expert.lastInput());
    boolean wants = wantsLast || tap.tap().wants(expert.firstInput());
    if (every || !wants || load.tokens().isEmpty()) {
      return;
    }
    try (NDArray rows = HostArrays.pick(x, load.tokens().stream().mapToLong(t -> t).toArray())) {
      LinearInput deepest = wantsLast ? expert.lastInput() : expert.firstInput();
      expert.applyTo(deepest, rows, tap.routed(load.tokens().size()));
    }
  }

  private NDArray routed(NDArray x, InputTap tap) {
    try (Routes routes = Routes.of(x, router, routing, correction, experts.size())) {
      return routed(x, tap, routes);
    }
  }

  private NDArray routed(NDArray x, InputTap tap, Routes routes) {
    int tokens = Math.toIntExact(x.getShape().get(0));
    long[] rowOfPlace = new long[tokens * routing.experts()];
    NDList outputs = new NDList();
    int row = 0;
    for (int e = 0; e < experts.size(); e++) {
      Routes.Load load = routes.loads().get(e);
      ProjectedSublayer expert = experts.get(e);
      boolean every = showEveryToken(expert, x, tap);
      if (load.tokens().isEmpty()) {
        continue;
      }
      InputTap own = tap.routed(load.tokens().size());
      InputTap shown = every ? own.without(expert::reads) : own;
      try (NDArray rows = HostArrays.pick(x, load.tokens().stream().mapToLong(t -> t).toArray());
          NDArray weights = routes.weights(load)) {
        outputs.add(expert.apply(rows, shown).muli(weights));
      }
      for (int place : load.places()) {
        rowOfPlace[place] = row++;
      }
    }
    try (outputs;
        NDArray all = NDArrays.concat(outputs, 0);
        NDArray byPlace = HostArrays.pick(all, rowOfPlace);
        NDArray byToken = byPlace.reshape(new Shape(tokens, routing.experts(), -1))) {
      return byToken.sum(new int[] {1});
    }
  }

  /** Shows an expert's inputs for all tokens where the tap asks for that. */
  private static boolean showEveryToken(ProjectedSublayer expert, NDArray x, InputTap tap) {
    boolean first = tap.tap().everyToken(expert.firstInput());
    boolean last = tap.tap().everyToken(expert.lastInput());
    if (first) {
      tap.show(expert.firstInput(), x);
    }
    if (last) {
      try (NDArray inner = expert.inner(x, tap)) {
        tap.show(expert.lastInput(), inner);
      }
    }
    return first || last;
  }
}
