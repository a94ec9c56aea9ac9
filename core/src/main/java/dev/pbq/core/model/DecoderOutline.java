package dev.pbq.core.model;

import java.util.List;
import java.util.Optional;

/**
 * What a decoder consists of and how it computes, with the full name of every tensor: all that is
 * needed to run it with another arithmetic than {@link DecoderBlock}'s. Linears are named without
 * {@code .weight}, other tensors with their ending. Which linears have a bias is said by {@link
 * ModelLayout#linear} and by the {@linkplain dev.pbq.core.tensor.LinearForm form} of stored ones.
 *
 * @param hidden width of the residual stream
 * @param vocabulary number of tokens
 * @param finalNorm behind the last block
 */
public record DecoderOutline(
    int hidden,
    int vocabulary,
    Embedding embedding,
    List<Block> blocks,
    Optional<Norm> finalNorm,
    Head head) {
  public DecoderOutline {
    blocks = List.copyOf(blocks);
  }

  /** The kinds of norms. */
  public enum NormKind {
    /** x / sqrt(mean(x^2) + epsilon), times the weight. */
    RMS,
    /** As {@link #RMS}, but the factor is the weight plus one. */
    RMS_PLUS_ONE,
    /** (x - mean) / sqrt(variance + epsilon), times the weight, plus the bias. */
    LAYER
  }

  /**
   * A norm of some features at a time.
   *
   * @param width how many features are normed together
   * @param weights tensors that, one behind another, are the factors: of {@code width} features or,
   *     where they differ from head to head, of so many for each head; none for factors of 1
   * @param biases as the weights; none for 0
   */
  public record Norm(
      NormKind kind, double epsilon, int width, List<String> weights, List<String> biases) {
    public Norm {
      weights = List.copyOf(weights);
      biases = List.copyOf(biases);
    }
  }

  /**
   * What makes the first block's input: norm(projection(factor * row) + position).
   *
   * @param table the linear whose weight has a row for each token
   * @param projection a linear without a bias
   */
  public record Embedding(
      String table,
      double factor,
      Optional<String> projection,
      Optional<Positions> positions,
      Optional<Norm> norm) {}

  /**
   * Learned positions.
   *
   * @param tensor [rows, hidden]
   * @param first row of position 0
   */
  public record Positions(String tensor, int first) {}

  /**
   * A block.
   *
   * @param parallel whether both halves read the block's input: x + attention(norm(x)) +
   *     mlp(norm(x)). Where the MLP has no norm of its own it reads what attention reads.
   */
  public record Block(Half attention, Half mlp, boolean parallel) {}

  /**
   * One half of a block: ofSum(x + factor * after(sublayer(before(x)))).
   *
   * @param fromNormed whether before(x) takes the place of the x that is added to
   */
  public record Half(
      Optional<Norm> before,
      Optional<Norm> after,
      Optional<Norm> ofSum,
      double factor,
      boolean fromNormed,
      SublayerOutline sublayer) {}

  /**
   * What makes logits of the outputs of the last norm: limited to softcap tanh(x / softcap), x =
   * factor * (table projection(y) + bias).
   *
   * @param table the linear whose weight has a row for each token
   * @param tied whether the embedding's table serves where files lack {@code table}
   * @param bias name of the tensor
   * @param softcap 0 for none
   */
  public record Head(
      Optional<String> projection,
      String table,
      boolean tied,
      Optional<String> bias,
      double factor,
      double softcap) {}
}
