package dev.pbq.core.model;

import java.util.List;
import java.util.Optional;

/**
 * What one half of a decoder's block computes, with the full names of its linears (without {@code
 * .weight}) and of its other tensors (with their ending).
 */
public sealed interface SublayerOutline {
  /**
   * Attention with heads of queries, keys and values.
   *
   * @param projection what makes queries, keys and values
   * @param output the linear behind it
   * @param queryNorm of queries, over {@code width} features at a time
   * @param keyNorm of keys
   * @param rotary where positions enter by rotation, behind the norms
   * @param queryScale what queries are multiplied by after the rotation
   * @param window how many positions a token sees, itself counted; 0 for all before it
   */
  record Attention(
      AttentionShape shape,
      Projection projection,
      String output,
      Optional<DecoderOutline.Norm> queryNorm,
      Optional<DecoderOutline.Norm> keyNorm,
      Optional<RotarySpec> rotary,
      Optional<PositionScale> queryScale,
      Scores scores,
      int window)
      implements SublayerOutline {}

  /** The linears that make queries, keys and values of an input. */
  sealed interface Projection {
    /**
     * Three linears.
     *
     * @param gated whether the first makes a gate for each head behind its query, [heads, 2,
     *     headDim], whose sigmoid is a factor of what the head gives
     */
    record Separate(String query, String key, String value, boolean gated) implements Projection {}

    /**
     * One linear, [groups, (queries, keys, values) of the group].
     *
     * @param groups into which the heads of queries, keys and values divide
     */
    record Fused(String all, int groups) implements Projection {}
  }

  /**
   * How products of queries and keys become weights: softmax over the keys of scale q k, limited to
   * softcap tanh(x / softcap), plus the bias of the positions.
   *
   * @param softcap 0 for none
   * @param sinks name of a tensor [heads] of logits that take part in the softmax
   */
  record Scores(double scale, double softcap, Optional<Alibi> alibi, Optional<String> sinks) {}

  /**
   * Latent attention (DeepSeek-V2, 2024). All heads share the part of the key that turns.
   *
   * @param query from the input to queries, or to what {@code queryNarrow} makes them of
   * @param keyValue from the input to [keyValueRank, turning]
   * @param keyValueNarrow makes [heads, (still, value)] of the first of these
   * @param scale of the scores
   */
  record Latent(
      LatentSizes sizes,
      String query,
      Optional<Narrow> queryNarrow,
      String keyValue,
      Narrow keyValueNarrow,
      String output,
      RotarySpec rotary,
      double scale)
      implements SublayerOutline {}

  /** A norm of a narrow vector, and the linear that reads it. */
  record Narrow(DecoderOutline.Norm norm, String linear) {}

  /**
   * Linear attention by a gated delta rule (Yang et al., Gated Delta Networks, 2024).
   *
   * @param mixed makes queries, keys and values, in this order
   * @param gate makes the gates of the outputs
   * @param write makes the shares that are written, before their sigmoid
   * @param decay makes the decays, before their rule
   * @param convolution name of the tensor [channels, 1, kernel]
   * @param rate name of the tensor [valueHeads] of the logarithms of the rates
   * @param shift name of the tensor [valueHeads] that is added before the softplus
   * @param norm of each head's output
   */
  record Delta(
      DeltaSizes sizes,
      String mixed,
      String gate,
      String write,
      String decay,
      String convolution,
      String rate,
      String shift,
      DecoderOutline.Norm norm,
      String output)
      implements SublayerOutline {}

  /**
   * A multi-layer perceptron.
   *
   * @param first the linears that read its input
   * @param last the linear that gives its output
   * @param width inputs of {@code last}
   * @param gate what stands between
   */
  record Mlp(List<String> first, String last, int width, Gate gate) implements SublayerOutline {
    public Mlp {
      first = List.copyOf(first);
    }
  }

  /** What makes the inputs of the last linear of the outputs of the first. */
  sealed interface Gate {
    /** activation(x). */
    record None(ActivationFunction activation) implements Gate {}

    /** activation(x) * y of two linears. */
    record Pair(ActivationFunction activation) implements Gate {}

    /** activation(x) * y, where one linear gives [x, y]. */
    record Halves(ActivationFunction activation) implements Gate {}

    /**
     * (y + 1) * x * sigmoid(alpha * x), where one linear gives x and y in turn; x is at most {@code
     * limit}, y is between {@code -limit} and {@code limit}.
     */
    record Interleaved(double limit, double alpha) implements Gate {}
  }

  /**
   * A mixture of experts.
   *
   * @param router the linear whose outputs choose experts
   * @param correction name of a tensor [experts] that is added to the scores for choosing alone
   * @param shared an MLP that every token passes as well
   * @param sharedGate a linear of one output whose sigmoid is a factor of what {@code shared} gives
   */
  record Mixture(
      String router,
      Optional<String> correction,
      Routing routing,
      List<Mlp> experts,
      Optional<Mlp> shared,
      Optional<String> sharedGate)
      implements SublayerOutline {
    public Mixture {
      experts = List.copyOf(experts);
    }
  }
}
