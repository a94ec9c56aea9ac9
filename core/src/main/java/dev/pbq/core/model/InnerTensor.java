package dev.pbq.core.model;

/**
 * A tensor of a block that is no linear and no norm of a residual sum. A role may have several:
 * weight and bias, or one for each head, in the order of the heads.
 *
 * @param name full name of the tensor, with its ending
 * @param block index of its block
 * @param role what it is for
 * @param bias whether it is the bias that belongs to another tensor of the role
 */
public record InnerTensor(String name, int block, InnerRole role, boolean bias) {}
