package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import java.util.Optional;

/** What a decoder block computes and adds to its residual stream, twice: attention, and an MLP. */
sealed interface Sublayer permits ProjectedSublayer, LatentAttention, MixtureMlp {
  /**
   * Runs the sublayer.
   *
   * @param x [sequences * tokens, hidden]
   * @return as {@code x}, a new array of x's manager
   */
  NDArray apply(NDArray x, InputTap tap);

  /**
   * What the linear reads whose output is the sublayer's; empty where the output is put together of
   * several.
   */
  Optional<LinearInput> outputInput();

  /** Whether one of its linears reads this input. */
  boolean reads(LinearInput input);

  /** As {@link #apply}, but only as far as {@code last}, which is one of its inputs. */
  void applyTo(LinearInput last, NDArray x, InputTap tap);
}
