package dev.pbq.core.model;

import java.util.List;

/** The description of a sublayer with its sizes: which tensors it has and how it computes. */
sealed interface SublayerSpec permits AttentionSpec, LatentSpec, MlpSpec, MixtureSpec {
  /** The linears that read the sublayer's own input. */
  List<LinearShape> first();

  /** What messages call that input, inside the block. */
  String firstPath();

  /** Enters everything but the first linears. */
  void declareRest(BlockPlan plan);

  /** Enters all tensors. */
  default void declare(BlockPlan plan) {
    plan.input(firstPath(), first());
    declareRest(plan);
  }

  /** Makes the sublayer of one block's weights. */
  Sublayer build(BlockProducts products, Limits limits);
}
