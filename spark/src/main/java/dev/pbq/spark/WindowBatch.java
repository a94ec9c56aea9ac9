package dev.pbq.spark;

import java.io.Serializable;

/**
 * The hidden states of a batch of windows.
 *
 * @param first its first window
 * @param windows how many it has
 * @param values float32 in native byte order, [windows, tokens, hidden]
 */
record WindowBatch(int first, int windows, byte[] values) implements Serializable {}
