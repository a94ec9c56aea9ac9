package dev.pbq.hqq.solver;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * Variants of the half-quadratic solver ({@code -O solver=} in {@code
 * docs/methods/hqq.md#options}).
 */
public enum SolverKind {
  /** The reference's default: constant penalty; stops after the first iteration without gain. */
  @JsonProperty("proximal")
  PROXIMAL,
  /** The default before 2025-05-23: the penalty grows by kappa in every iteration. */
  @JsonProperty("annealed")
  ANNEALED,
  /** The reference's "v2": the penalty grows, and the stop returns to the best zero points. */
  @JsonProperty("v2")
  V2
}
