package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import java.util.Optional;

/**
 * A sublayer of the simplest form: linears that share an input, something between, and a projection
 * back to the hidden size.
 */
sealed interface ProjectedSublayer extends Sublayer
    permits SelfAttention, DeltaAttention, GatedMlp, FusedGatedMlp, PlainMlp {
  /** What the first linears read: the sublayer's own input. */
  LinearInput firstInput();

  /** What the projection reads. */
  LinearInput lastInput();

  /** Everything before the projection: [sequences * tokens, features of the last input]. */
  NDArray inner(NDArray x, InputTap tap);

  /** The last linear. */
  LinearLayer projection();

  @Override
  default NDArray apply(NDArray x, InputTap tap) {
    tap.show(firstInput(), x);
    try (NDArray inner = inner(x, tap)) {
      tap.show(lastInput(), inner);
      return projection().apply(inner, tap.sequences());
    }
  }

  @Override
  default Optional<LinearInput> outputInput() {
    return Optional.of(lastInput());
  }

  @Override
  default boolean reads(LinearInput input) {
    return input.equals(firstInput()) || input.equals(lastInput());
  }

  @Override
  default void applyTo(LinearInput last, NDArray x, InputTap tap) {
    tap.show(firstInput(), x);
    if (last.equals(lastInput())) {
      try (NDArray inner = inner(x, tap)) {
        tap.show(last, inner);
      }
    }
  }
}
