package dev.pbq.core.model;

/**
 * A norm inside a block.
 *
 * @param name full name without {@code .weight} or {@code .bias}
 * @param block index of its block
 * @param role which residual sum it belongs to
 */
public record BlockNorm(String name, int block, NormRole role) {}
