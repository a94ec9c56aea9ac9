package dev.pbq.core.model;

/**
 * A matrix product inside a block.
 *
 * @param block index of the block
 * @param kind what is multiplied
 * @param path where in its block: for linears their name without the block's prefix and {@code
 *     .weight}, e.g. {@code self_attn.q_proj}; for the others a name of this program
 */
public record Product(int block, Kind kind, String path) {
  /** What is multiplied. */
  public enum Kind {
    /** Input and weight of a linear layer. */
    LINEAR,
    /** Queries and keys. */
    SCORES,
    /** Attention weights and values. */
    CONTEXT,
    /** Queries and keys with the tables of the rotary embedding, its left operand. */
    ROTARY
  }
}
