package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Optional;

/**
 * A block of BERT: norm(x + attention(x)), then norm(y + mlp(y)) (Devlin et al., 2019). One thread
 * at a time.
 */
final class BertBlock implements EncoderBlock {
  /**
   * Attention with its projections and the norm that follows its residual sum.
   *
   * @param firstInput what query, key and value read
   * @param lastInput what the output projection reads
   */
  record AttentionHalf(
      LinearLayer query,
      LinearLayer key,
      LinearLayer value,
      LinearLayer output,
      EncoderAttention attention,
      int headDim,
      Normalization norm,
      LinearInput firstInput,
      LinearInput lastInput) {

    NDArray apply(NDArray x, Optional<NDArray> mask, InputTap tap) {
      tap.show(firstInput, x);
      try (NDArray context = context(x, mask, tap)) {
        tap.show(lastInput, context);
        try (NDArray sum = output.apply(context, tap.sequences()).addi(x)) {
          return norm.apply(sum);
        }
      }
    }

    private NDArray context(NDArray x, Optional<NDArray> mask, InputTap tap) {
      Shape heads = new Shape(tap.sequences(), tap.tokens(), -1, headDim);
      try (NDArray flatQuery = query.apply(x, tap.sequences());
          NDArray flatKey = key.apply(x, tap.sequences());
          NDArray flatValue = value.apply(x, tap.sequences());
          NDArray q = flatQuery.reshape(heads);
          NDArray k = flatKey.reshape(heads);
          NDArray v = flatValue.reshape(heads)) {
        return attention.apply(q, k, v, mask);
      }
    }
  }

  private final String name;
  private final NDManager owner;
  private final AttentionHalf attention;
  private final ResidualSum mlp;

  /**
   * @param name for messages
   * @param owner of all weights; closed with the block
   */
  BertBlock(String name, NDManager owner, AttentionHalf attention, ResidualSum mlp) {
    this.name = name;
    this.owner = owner;
    this.attention = attention;
    this.mlp = mlp;
  }

  @Override
  public NDArray forward(NDArray hidden, int[] lengths, LinearInputTap tap) {
    return BlockFrame.run(name, hidden, tap, (x, shown) -> apply(x, lengths, shown));
  }

  @Override
  public NDArray record(NDArray hidden, int[] lengths) {
    return BlockFrame.record(name, hidden, (x, shown) -> apply(x, lengths, shown));
  }

  private NDArray apply(NDArray x, int[] lengths, InputTap tap) {
    if (lengths.length != tap.sequences()) {
      throw new IllegalArgumentException(
          lengths.length + " lengths for " + tap.sequences() + " sequences");
    }
    Optional<NDArray> mask = PaddingMask.of(x.getManager(), lengths, tap.tokens());
    try (NDArray middle = attention.apply(x, mask, tap)) {
      return mlp.apply(middle, tap);
    }
  }

  @Override
  public List<NDArray> weights() {
    return OwnedArrays.named(owner);
  }

  @Override
  public void close() {
    owner.close();
  }
}
