package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Activation;

/**
 * A block of OPT: attention and a two-layer MLP, each with a residual sum and a layer norm before
 * it or, in the 350m model, after the sum. One thread at a time.
 */
final class OptBlock implements DecoderBlock {
  private final String name;
  private final NDManager owner;
  private final boolean normBefore;
  private final Normalization attentionNorm;
  private final SelfAttention attention;
  private final Normalization mlpNorm;
  private final Mlp mlp;

  /**
   * @param owner of all weights; closed with the block
   */
  OptBlock(
      String name,
      NDManager owner,
      boolean normBefore,
      Normalization attentionNorm,
      SelfAttention attention,
      Normalization mlpNorm,
      Mlp mlp) {
    this.name = name;
    this.owner = owner;
    this.normBefore = normBefore;
    this.attentionNorm = attentionNorm;
    this.attention = attention;
    this.mlpNorm = mlpNorm;
    this.mlp = mlp;
  }

  @Override
  public NDArray forward(NDArray hidden, LinearInputTap tap) {
    return BlockFrame.run(name, hidden, tap, normBefore ? this::normFirst : this::normLast);
  }

  private NDArray normFirst(NDArray x, InputTap tap) {
    NDArray afterAttention;
    try (NDArray normed = attentionNorm.apply(x)) {
      afterAttention = attention.apply(normed, tap).addi(x);
    }
    try (NDArray residual = afterAttention;
        NDArray normed = mlpNorm.apply(residual)) {
      return mlp.apply(normed, tap).addi(residual);
    }
  }

  private NDArray normLast(NDArray x, InputTap tap) {
    NDArray afterAttention;
    try (NDArray sum = attention.apply(x, tap).addi(x)) {
      afterAttention = attentionNorm.apply(sum);
    }
    try (NDArray residual = afterAttention;
        NDArray sum = mlp.apply(residual, tap).addi(residual)) {
      return mlpNorm.apply(sum);
    }
  }

  @Override
  public void close() {
    owner.close();
  }

  /** second(activation(first(x))). */
  record Mlp(
      LinearLayer first,
      LinearLayer second,
      boolean gelu,
      LinearInput firstInput,
      LinearInput secondInput) {

    NDArray apply(NDArray x, InputTap tap) {
      tap.show(firstInput, x);
      try (NDArray inner = first.apply(x, tap.sequences());
          NDArray active = gelu ? Activation.gelu(inner) : Activation.relu(inner)) {
        tap.show(secondInput, active);
        return second.apply(active, tap.sequences());
      }
    }
  }
}
