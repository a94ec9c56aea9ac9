package dev.pbq.core.model;

import java.util.Optional;

/**
 * A matrix product inside a block.
 *
 * @param block index of the block
 * @param kind what is multiplied
 * @param role of the linear; present for linears and for nothing else
 * @param path where in its block, for messages: for linears their name without the block's prefix
 *     and {@code .weight}, e.g. {@code self_attn.q_proj}; for the others a name of this program
 */
public record Product(int block, Kind kind, Optional<Role> role, String path) {
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

  public Product {
    if (role.isPresent() != (kind == Kind.LINEAR)) {
      throw new IllegalArgumentException("linears have a role and nothing else has: " + kind);
    }
  }

  /** The product of a linear layer. */
  public static Product linear(int block, Role role, String path) {
    return new Product(block, Kind.LINEAR, Optional.of(role), path);
  }

  /** A product that is no linear layer's. */
  public static Product of(int block, Kind kind, String path) {
    return new Product(block, kind, Optional.empty(), path);
  }
}
