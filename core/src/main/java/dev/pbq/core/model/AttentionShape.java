package dev.pbq.core.model;

/**
 * The heads of an attention.
 *
 * @param heads of queries, a multiple of {@code keyValueHeads}
 * @param keyValueHeads of keys and values
 * @param headDim width of a head
 */
public record AttentionShape(int heads, int keyValueHeads, int headDim) {}
