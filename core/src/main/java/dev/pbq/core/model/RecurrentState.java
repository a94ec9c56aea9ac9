package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;

/** Takes what the tokens so far left behind, for those that follow; copies what it keeps. */
@FunctionalInterface
interface RecurrentState {
  /** Keeps nothing. */
  RecurrentState NONE = state -> {};

  /** Takes a state, lent. */
  void accept(NDArray state);
}
