package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;

/**
 * Attention and then an MLP, each with its residual sum: the blocks of Llama and of OPT. One thread
 * at a time.
 */
final class ResidualBlock implements DecoderBlock {
  private final String name;
  private final NDManager owner;
  private final ResidualSum attention;
  private final ResidualSum mlp;

  /**
   * @param name for messages
   * @param owner of all weights; closed with the block
   */
  ResidualBlock(String name, NDManager owner, ResidualSum attention, ResidualSum mlp) {
    this.name = name;
    this.owner = owner;
    this.attention = attention;
    this.mlp = mlp;
  }

  @Override
  public NDArray forward(NDArray hidden, LinearInputTap tap) {
    return BlockFrame.run(
        name,
        hidden,
        tap,
        (x, shown) -> {
          try (NDArray middle = attention.apply(x, shown)) {
            return mlp.apply(middle, shown);
          }
        });
  }

  @Override
  public NDArray forward(NDArray hidden, BlockCache cache) {
    return BlockFrame.run(
        name,
        hidden,
        cache,
        (x, shown) -> {
          try (NDArray middle = attention.apply(x, shown)) {
            return mlp.apply(middle, shown);
          }
        });
  }

  @Override
  public NDArray record(NDArray hidden) {
    return BlockFrame.record(
        name,
        hidden,
        (x, shown) -> {
          try (NDArray middle = attention.apply(x, shown)) {
            return mlp.apply(middle, shown);
          }
        });
  }

  @Override
  public List<NDArray> weights() {
    return OwnedArrays.named(owner);
  }

  @Override
  public void forwardTo(LinearInput last, NDArray hidden, LinearInputTap tap) {
    if (attention.sublayer().reads(last)) {
      BlockFrame.show(hidden, tap, (x, shown) -> attention.applyTo(last, x, shown));
    } else if (mlp.sublayer().reads(last)) {
      BlockFrame.show(
          hidden,
          tap,
          (x, shown) -> {
            try (NDArray middle = attention.apply(x, shown)) {
              mlp.applyTo(last, middle, shown);
            }
          });
    } else {
      throw new IllegalArgumentException(name + " has no input " + last.name());
    }
  }

  @Override
  public void close() {
    owner.close();
  }
}
