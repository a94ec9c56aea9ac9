package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Activation;

/**
 * A block of the Llama family: x + attention(norm(x)), then x + mlp(norm(x)) with mlp(x) =
 * down(silu(gate(x)) * up(x)). One thread at a time.
 */
final class LlamaBlock implements DecoderBlock {
  private final String name;
  private final NDManager owner;
  private final Normalization attentionNorm;
  private final SelfAttention attention;
  private final Normalization mlpNorm;
  private final GatedMlp mlp;

  /**
   * @param owner of all weights; closed with the block
   */
  LlamaBlock(
      String name,
      NDManager owner,
      Normalization attentionNorm,
      SelfAttention attention,
      Normalization mlpNorm,
      GatedMlp mlp) {
    this.name = name;
    this.owner = owner;
    this.attentionNorm = attentionNorm;
    this.attention = attention;
    this.mlpNorm = mlpNorm;
    this.mlp = mlp;
  }

  @Override
  public NDArray forward(NDArray hidden, LinearInputTap tap) {
    return BlockFrame.run(name, hidden, tap, this::compute);
  }

  private NDArray compute(NDArray x, InputTap tap) {
    NDArray afterAttention;
    try (NDArray normed = attentionNorm.apply(x)) {
      afterAttention = attention.apply(normed, tap).addi(x);
    }
    try (NDArray residual = afterAttention;
        NDArray normed = mlpNorm.apply(residual)) {
      return mlp.apply(normed, tap).addi(residual);
    }
  }

  @Override
  public void close() {
    owner.close();
  }

  /** down(silu(gate(x)) * up(x)) (Shazeer, 2020). */
  record GatedMlp(
      LinearLayer gate,
      LinearLayer up,
      LinearLayer down,
      LinearInput gateInput,
      LinearInput downInput) {

    NDArray apply(NDArray x, InputTap tap) {
      tap.show(gateInput, x);
      try (NDArray gated = gated(x, tap.sequences())) {
        tap.show(downInput, gated);
        return down.apply(gated, tap.sequences());
      }
    }

    private NDArray gated(NDArray x, int sequences) {
      NDArray gated = gate.apply(x, sequences);
      try (NDArray sigmoid = Activation.sigmoid(gated)) {
        gated.muli(sigmoid);
      }
      try (NDArray factor = up.apply(x, sequences)) {
        return gated.muli(factor);
      }
    }
  }
}
