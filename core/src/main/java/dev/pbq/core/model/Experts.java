package dev.pbq.core.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/** Descriptions of experts as files hold them. */
final class Experts {
  private Experts() {}

  /**
   * Experts with three tensors each, {@code mlp.experts.e.gate_proj} and so on; files may hold them
   * in two stacks instead.
   *
   * @param router path of the router
   */
  static MixtureSpec separate(
      String router,
      FamilyKeys keys,
      int experts,
      int width,
      ActivationFunction activation,
      Routing routing) {
    return mixture(
        router,
        keys,
        experts,
        width,
        routing,
        e -> MlpSpec.gated("mlp.experts." + e, keys.hidden(), width, activation, false));
  }

  /** Experts of any names. */
  static MixtureSpec mixture(
      String router,
      FamilyKeys keys,
      int experts,
      int width,
      Routing routing,
      IntFunction<MlpSpec> expert) {
    requireEnough(keys, experts, routing);
    List<MlpSpec> all = new ArrayList<>();
    List<StoredAs> stored = new ArrayList<>();
    for (int e = 0; e < experts; e++) {
      MlpSpec mlp = expert.apply(e).ofExpert(e);
      all.add(mlp);
      stored.add(weight(mlp.first().get(0), StoredForm.slice("mlp.experts.gate_up_proj", e, 0)));
      stored.add(
          weight(mlp.first().get(1), StoredForm.slice("mlp.experts.gate_up_proj", e, width)));
      stored.add(weight(mlp.last(), StoredForm.slice("mlp.experts.down_proj", e, 0)));
    }
    return new MixtureSpec(
        router,
        keys.hidden(),
        false,
        Optional.empty(),
        routing,
        all,
        stored,
        Optional.empty(),
        Optional.empty());
  }

  static StoredAs weight(LinearShape linear, StoredForm form) {
    return new StoredAs(linear.path() + ".weight", form);
  }

  private static void requireEnough(FamilyKeys keys, int experts, Routing routing) {
    if (routing.experts() > experts) {
      throw keys.config()
          .contradiction(
              "num_experts_per_tok " + routing.experts() + " is above the " + experts + " experts");
    }
  }
}
