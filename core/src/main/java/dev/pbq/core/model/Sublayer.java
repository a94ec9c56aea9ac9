package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;

/**
 * Attention or MLP of a decoder block, whose output is added to the residual stream: linears that
 * share an input, then attention or an activation, then a projection back to the hidden size.
 */
sealed interface Sublayer permits SelfAttention, GatedMlp, PlainMlp {
  /** What the first linears read: the sublayer's own input. */
  LinearInput firstInput();

  /** What the projection reads. */
  LinearInput lastInput();

  /** Everything before the projection: [sequences * tokens, features of the last input]. */
  NDArray inner(NDArray x, InputTap tap);

  /** The last linear. */
  LinearLayer projection();

  /**
   * Runs the sublayer.
   *
   * @param x [sequences * tokens, hidden]
   * @return as {@code x}, a new array of x's manager
   */
  default NDArray apply(NDArray x, InputTap tap) {
    tap.show(firstInput(), x);
    try (NDArray inner = inner(x, tap)) {
      tap.show(lastInput(), inner);
      return projection().apply(inner, tap.sequences());
    }
  }

  /** Whether one of its linears reads this input. */
  default boolean reads(LinearInput input) {
    return input.equals(firstInput()) || input.equals(lastInput());
  }

  /** As {@link #apply}, but only as far as {@code last}, which is one of its inputs. */
  default void applyTo(LinearInput last, NDArray x, InputTap tap) {
    tap.show(firstInput(), x);
    if (last.equals(lastInput())) {
      try (NDArray inner = inner(x, tap)) {
        tap.show(last, inner);
      }
    }
  }
}
