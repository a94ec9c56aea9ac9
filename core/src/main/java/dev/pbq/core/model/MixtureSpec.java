package dev.pbq.core.model;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The description of a mixture of experts with its sizes.
 *
 * @param router path of the router
 * @param hidden inputs of the router
 * @param routerBias whether the router has a bias
 * @param correction path of what is added to scores for choosing, where there is such a tensor
 * @param routing which experts a token goes to
 * @param experts one for each expert, in order
 * @param stored other forms in which files hold the experts' tensors
 * @param shared an MLP that sees every token
 * @param sharedGate path of the linear that weighs it
 */
record MixtureSpec(
    String router,
    int hidden,
    boolean routerBias,
    Optional<String> correction,
    Routing routing,
    List<MlpSpec> experts,
    List<StoredAs> stored,
    Optional<MlpSpec> shared,
    Optional<String> sharedGate)
    implements SublayerSpec {
  MixtureSpec {
    experts = List.copyOf(experts);
    stored = List.copyOf(stored);
  }

  /** The same mixture with an MLP that sees every token. */
  MixtureSpec withShared(MlpSpec mlp, Optional<String> gate) {
    return new MixtureSpec(
        router, hidden, routerBias, correction, routing, experts, stored, Optional.of(mlp), gate);
  }

  /** The same mixture with a tensor that corrects the choice. */
  MixtureSpec withCorrection(String path) {
    return new MixtureSpec(
        router,
        hidden,
        routerBias,
        Optional.of(path),
        routing,
        experts,
        stored,
        shared,
        sharedGate);
  }

  /** The experts read what the router sends them, so that nothing reads the block's own input. */
  @Override
  public List<LinearShape> first() {
    return List.of();
  }

  @Override
  public String firstPath() {
    return router;
  }

  @Override
  public void declareRest(BlockPlan plan) {
    plan.dense(InnerRole.ROUTER, router, experts.size(), hidden, routerBias);
    correction.ifPresent(c -> plan.tensor(InnerRole.ROUTER_CORRECTION, c, experts.size()));
    for (MlpSpec expert : experts) {
      plan.routed(expert.firstPath(), expert.first());
      plan.routed(expert.lastPath(), List.of(expert.last()));
    }
    stored.forEach(s -> plan.stored(s.path(), s.form()));
    shared.ifPresent(s -> s.declare(plan));
    sharedGate.ifPresent(g -> plan.dense(InnerRole.SHARED_GATE, g, 1, hidden, false));
  }

  @Override
  public Sublayer build(BlockProducts products, Limits limits) {
    WeightLoader loader = products.loader();
    return new MixtureMlp(
        loader.linear(products.full(router)).frozen(),
        correction.map(products::values).orElseGet(() -> new float[experts.size()]),
        routing,
        experts.stream().map(e -> e.build(products, limits)).toList(),
        shared.map(
            s ->
                new MixtureMlp.Shared(
                    s.build(products, limits),
                    sharedGate.map(g -> loader.linear(products.full(g))))));
  }

  @Override
  public SublayerOutline outline(UnaryOperator<String> full) {
    return new SublayerOutline.Mixture(
        full.apply(router),
        correction.map(full),
        routing,
        experts.stream().map(e -> e.outline(full)).toList(),
        shared.map(s -> s.outline(full)),
        sharedGate.map(full));
  }
}
