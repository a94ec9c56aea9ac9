package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import java.util.Optional;

/**
 * Half of a decoder block: a sublayer whose output is added to the residual stream, with norms
 * where the family has them. Most families have {@code before} alone.
 *
 * @param before norm of what the sublayer reads
 * @param after norm of what the sublayer gives
 * @param ofSum norm of the sum
 * @param factor of what is added
 * @param fromNormed whether the normed input, rather than the input, is what is added to
 */
record ResidualSum(
    Optional<Normalization> before,
    Optional<Normalization> after,
    Optional<Normalization> ofSum,
    float factor,
    boolean fromNormed,
    Sublayer sublayer) {

  /** x + f(norm(x)), or norm(x + f(x)). */
  ResidualSum(Normalization norm, boolean normBefore, Sublayer sublayer) {
    this(
        Optional.of(norm).filter(n -> normBefore),
        Optional.empty(),
        Optional.of(norm).filter(n -> !normBefore),
        1,
        false,
        sublayer);
  }

  /**
   * Runs the half.
   *
   * @param x [sequences * tokens, hidden]; only read
   * @return as {@code x}, a new array of x's manager
   */
  NDArray apply(NDArray x, InputTap tap) {
    if (before.isEmpty()) {
      return normedSum(added(x, tap).addi(x));
    }
    try (NDArray normed = before.get().apply(x)) {
      return normedSum(added(normed, tap).addi(fromNormed ? normed : x));
    }
  }

  private NDArray normedSum(NDArray sum) {
    if (ofSum.isEmpty()) {
      return sum;
    }
    try (sum) {
      return ofSum.get().apply(sum);
    }
  }

  /** What is added, of an input that is normed already. */
  NDArray added(NDArray normed, InputTap tap) {
    NDArray given = sublayer.apply(normed, tap);
    if (after.isPresent()) {
      try (NDArray raw = given) {
        given = after.get().apply(raw);
      }
    }
    if (factor != 1) {
      try (NDArray scale = HostArrays.scalar(given.getManager(), factor)) {
        given.muli(scale);
      }
    }
    return given;
  }

  /** As {@link #apply}, but only as far as {@code last}, which is one of the sublayer's inputs. */
  void applyTo(LinearInput last, NDArray x, InputTap tap) {
    if (before.isEmpty()) {
      sublayer.applyTo(last, x, tap);
      return;
    }
    try (NDArray normed = before.get().apply(x)) {
      sublayer.applyTo(last, normed, tap);
    }
  }
}
