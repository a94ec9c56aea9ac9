package dev.pbq.eval.profile;

/**
 * One variance.
 *
 * @param block index of the decoder block
 * @param operation what of the block: see {@link Operations} for activations; for weights the last
 *     part of the linear's name
 */
public record VarianceEntry(int block, String operation, double variance) {}
