package dev.pbq.kernels.decoder;

/**
 * Queries, keys and values of some tokens, [tokens, heads, width] each.
 *
 * @param gate [tokens, heads * headDim], before its sigmoid; empty where there are no gates
 */
record Heads(float[] query, float[] key, float[] value, float[] gate) {}
