package dev.pbq.core.model;

import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** The description of a sublayer with its sizes: which tensors it has and how it computes. */
sealed interface SublayerSpec permits AttentionSpec, DeltaSpec, LatentSpec, MlpSpec, MixtureSpec {
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

  /**
   * What it keeps of the tokens so far, for those that follow; empty if that is their keys and
   * values, or nothing.
   */
  default Optional<BlockCache> state(NDManager owner, int sequences, int capacity) {
    return Optional.empty();
  }

  /**
   * The sublayer in words.
   *
   * @param full makes the full name of a path in the block
   */
  SublayerOutline outline(UnaryOperator<String> full);

  /** Makes the sublayer of one block's weights. */
  Sublayer build(BlockProducts products, Limits limits);
}
