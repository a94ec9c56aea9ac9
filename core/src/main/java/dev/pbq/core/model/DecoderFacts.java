package dev.pbq.core.model;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a decoder computes, in numbers: the defaults of its family and its configuration taken
 * together, for who writes the model elsewhere.
 *
 * @param vocabulary number of tokens
 * @param hidden width of the residual stream
 * @param intermediate width inside an MLP that is no mixture
 * @param maxPositions the longest sequence
 * @param norm of the residual stream
 * @param blocks in order
 * @param embedding what is before the first block
 * @param head what is behind the last
 */
public record DecoderFacts(
    int vocabulary,
    int hidden,
    int intermediate,
    int maxPositions,
    Norm norm,
    List<Block> blocks,
    Embedding embedding,
    Head head) {
  public DecoderFacts {
    blocks = List.copyOf(blocks);
  }

  /**
   * A kind of norm.
   *
   * @param centered whether the mean is taken away before
   * @param plusOne whether the factor is the weight plus one
   * @param bias whether something is added behind
   */
  public record Norm(boolean centered, boolean plusOne, boolean bias, double epsilon) {}

  /** How the halves of a block stand to each other. */
  public enum Form {
    /** The MLP after attention. */
    SEQUENTIAL,
    /** As {@link #SEQUENTIAL}, but each half adds to its normed input. */
    SEQUENTIAL_FROM_NORMED,
    /** Both on the block's input. */
    PARALLEL
  }

  /**
   * A block.
   *
   * @param attention of a block with a delta rule: that of the model's blocks with attention
   * @param delta the widths of the delta rule that the block has in place of attention
   * @param factor of what each half adds
   * @param mixture where the MLP is one of experts; {@code mlp} is then one of them
   */
  public record Block(
      Attention attention,
      Optional<DeltaSizes> delta,
      Mlp mlp,
      Optional<Mixture> mixture,
      Form form,
      double factor) {}

  /**
   * Attention.
   *
   * @param groups into how many equal parts, each with queries, keys and values of some heads, the
   *     outputs of a fused linear divide; empty for linears of their own
   * @param norms of queries and keys
   * @param rotary empty where positions do not enter by rotation
   * @param scale of the scores
   * @param softcap limit c of c tanh(score / c); 0 for none
   * @param alibi whether a bias of the scores grows with the position
   * @param growth of the queries with their position: the factor of the logarithm, 0 for none
   * @param growthPositions how many positions belong to one step of the growth
   * @param window how many positions a token sees, itself counted; 0 for all before it
   * @param latent where keys and values are made of a narrow vector; {@code shape} is then that of
   *     the heads, and the last features of a head are those that turn
   */
  public record Attention(
      AttentionShape shape,
      OptionalInt groups,
      Optional<HeadNorms> norms,
      Optional<RotarySpec> rotary,
      double scale,
      double softcap,
      boolean alibi,
      double growth,
      double growthPositions,
      int window,
      Optional<Latent> latent) {}

  /**
   * Latent attention.
   *
   * @param queryRank width of the narrow vector that queries are made of; 0 where there is none
   * @param keyValueRank width of the narrow vector that keys and values are made of
   * @param turning features of a head that turn with the position; all heads share those of the key
   * @param epsilon of the norms of the narrow vectors
   */
  public record Latent(int queryRank, int keyValueRank, int turning, double epsilon) {}

  /** What is normed by norms of queries and keys. */
  public enum HeadNorms {
    /** Each head, all with one weight. */
    HEAD,
    /** Each head, with a weight of its own. */
    ROWS,
    /** All heads together. */
    WHOLE
  }

  /**
   * An MLP.
   *
   * @param activation {@code silu gelu gelu_tanh quick_gelu relu}, or {@code swiglu_oss} with its
   *     numbers for what gpt-oss has
   * @param width between its layers
   */
  public record Mlp(String activation, int width) {}

  /**
   * A mixture of experts.
   *
   * @param sharedWidth width of the MLP that sees every token; 0 where there is none
   * @param alternating whether gates and other factors of a fused linear alternate
   */
  public record Mixture(int experts, Routing routing, int sharedWidth, boolean alternating) {}

  /**
   * What is before the first block.
   *
   * @param factor of the token embedding
   * @param norm name of its norm, without an ending
   * @param positions name of the table of learned positions, without an ending
   */
  public record Embedding(double factor, Optional<String> norm, Optional<String> positions) {}

  /**
   * What is behind the last norm.
   *
   * @param factor of all logits
   * @param softcap limit c of c tanh(logit / c); 0 for none
   */
  public record Head(boolean tied, boolean bias, double factor, double softcap) {}
}
