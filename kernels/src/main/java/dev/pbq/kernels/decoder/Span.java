package dev.pbq.kernels.decoder;

/**
 * Consecutive tokens of one sequence that go through a decoder together.
 *
 * @param position of the first
 * @param count of tokens
 * @param length of the sequence that is being computed, which ends with these tokens or with others
 *     that are computed after them
 */
record Span(int position, int count, int length) {}
