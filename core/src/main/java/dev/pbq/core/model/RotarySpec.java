package dev.pbq.core.model;

/**
 * How queries and keys are rotated.
 *
 * @param rope the frequencies
 * @param width features of a head that turn, from its first on; even
 * @param pairs whether features 2i and 2i + 1 turn together, rather than i and i + width / 2
 */
public record RotarySpec(Rope rope, int width, boolean pairs) {
  /**
   * The {@code width / 2} inverse frequencies, in radians for each position.
   *
   * @param length tokens of the text, where the frequencies follow from it
   */
  public float[] frequencies(long length) {
    return rope.inverseFrequencies(width, length);
  }
}
