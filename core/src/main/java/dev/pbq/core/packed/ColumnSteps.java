package dev.pbq.core.packed;

/**
 * The steps of the columns of an {@link EntropyCodedLinear}, as they are stored: in F16, or in U8
 * as codes of a grid that is even in the logarithms ({@link ScaleVector}). A step of 0 says that
 * the column is 0. Immutable.
 *
 * @param stored the steps, none of them negative
 */
public record ColumnSteps(ScaleVector stored) {
  /** Checks that no step is negative. */
  public ColumnSteps {
    for (int i = 0; i < stored.length(); i++) {
      if (!(stored.get(i) >= 0)) {
        throw new IllegalArgumentException("a step of " + stored.get(i));
      }
    }
  }

  /**
   * Rounds steps to what is stored. Encoding {@link #values} gives equal steps.
   *
   * @param wanted finite, not negative; 0 where a column is 0
   * @throws IllegalArgumentException if a step cannot be stored
   */
  public static ColumnSteps of(double[] wanted, ScaleFormat format) {
    return new ColumnSteps(ScaleVector.encode(format, wanted));
  }

  /** How many there are. */
  public int count() {
    return stored.length();
  }

  /** The step of a column, as stored. */
  public float value(int column) {
    return stored.get(column);
  }

  /** All steps as stored; a copy. */
  public float[] values() {
    return stored.values();
  }

  /** Bits that they take. */
  public long bits() {
    return bits(stored.length(), stored.format());
  }

  /** Bits that {@code count} steps take. */
  public static long bits(int count, ScaleFormat format) {
    return format.bits(1, count);
  }
}
