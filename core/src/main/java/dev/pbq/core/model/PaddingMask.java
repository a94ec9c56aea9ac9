package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.Optional;

/** The mask of a padded batch, which hides the padding behind each sequence from all tokens. */
final class PaddingMask {
  private PaddingMask() {}

  /**
   * An array [sequences, 1, 1, tokens] of 0 and minus infinity, to be added to scores; empty if no
   * sequence is padded.
   *
   * @param lengths tokens of each sequence
   * @param tokens of the padded sequences
   * @throws IllegalArgumentException if a length is not between 1 and {@code tokens}
   */
  static Optional<NDArray> of(NDManager manager, int[] lengths, int tokens) {
    for (int length : lengths) {
      if (length < 1 || length > tokens) {
        throw new IllegalArgumentException("a sequence of " + length + " tokens in " + tokens);
      }
    }
    if (Arrays.stream(lengths).allMatch(length -> length == tokens)) {
      return Optional.empty();
    }
    return Optional.of(
        HostArrays.floats(
            manager,
            new Shape(lengths.length, 1, 1, tokens),
            buffer -> {
              for (int length : lengths) {
                for (int t = 0; t < tokens; t++) {
                  buffer.put(t < length ? 0 : Float.NEGATIVE_INFINITY);
                }
              }
            }));
  }
}
