package dev.pbq.core.model;

/**
 * The heads of an attention.
 *
 * @param heads of queries, a multiple of {@code keyValueHeads}
 * @param keyValueHeads of keys and values
 * @param headDim width of a head's queries and keys
 * @param valueDim width of a head's values
 */
public record AttentionShape(int heads, int keyValueHeads, int headDim, int valueDim) {
  /** Heads whose values are as wide as their keys. */
  public AttentionShape(int heads, int keyValueHeads, int headDim) {
    this(heads, keyValueHeads, headDim, headDim);
  }
}
