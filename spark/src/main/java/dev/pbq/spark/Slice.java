package dev.pbq.spark;

import java.io.Serializable;

/**
 * Features of an input, for a band of its Hessian: from the band's first row to the last feature.
 *
 * @param sequences of the batch
 * @param tokens of each sequence
 * @param values float32 in native byte order, [sequences * tokens, features]
 */
record Slice(int sequences, int tokens, byte[] values) implements Serializable {}
