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
      return normedSum(added(x, x, tap).addi(x));
    }
    try (NDArray normed = before.get().apply(x)) {
      NDArray residual = fromNormed ? normed : x;
      return normedSum(added(normed, residual, tap).addi(residual));
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

  /**
   * What is added, of an input that is normed already.
   *
   * @param residual what it will be added to
   */
  NDArray added(NDArray normed, NDArray residual, InputTap tap) {
    showResidual(residual, tap);
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
      addedTo(last, x, x, tap);
      return;
    }
    try (NDArray normed = before.get().apply(x)) {
      addedTo(last, normed, fromNormed ? normed : x, tap);
    }
  }

  /** As {@link #added}, but only as far as {@code last}. */
  void addedTo(LinearInput last, NDArray normed, NDArray residual, InputTap tap) {
    if (sublayer.outputInput().filter(last::equals).isPresent()) {
      showResidual(residual, tap);
    }
    sublayer.applyTo(last, normed, tap);
  }

  /** A norm of what the sublayer gives stands between its last linear and the residual stream. */
  private void showResidual(NDArray residual, InputTap tap) {
    if (after.isEmpty()) {
      sublayer.outputInput().ifPresent(input -> tap.showResidual(input, residual, factor));
    }
  }
}
