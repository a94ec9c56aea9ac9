package dev.pbq.core.model;

/**
 * The widths of a gated delta rule.
 *
 * @param keyHeads heads of queries and keys
 * @param valueHeads heads of values, a multiple of {@code keyHeads}
 * @param keyDim width of a head's queries and keys
 * @param valueDim width of a head's values
 * @param kernel tokens that the convolution before it sees, the present one counted
 */
public record DeltaSizes(int keyHeads, int valueHeads, int keyDim, int valueDim, int kernel) {
  /** Features of all queries, or of all keys. */
  public int keys() {
    return keyHeads * keyDim;
  }

  /** Features of all values. */
  public int values() {
    return valueHeads * valueDim;
  }

  /** Features that the convolution mixes over time: queries, keys and values. */
  public int channels() {
    return 2 * keys() + values();
  }
}
