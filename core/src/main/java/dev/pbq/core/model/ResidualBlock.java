package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;

/** Attention and an MLP, each with its residual sum. One thread at a time. */
final class ResidualBlock implements DecoderBlock {
  private final String name;
  private final NDManager owner;
  private final BlockBody body;

  /** A block whose MLP follows its attention. */
  ResidualBlock(String name, NDManager owner, ResidualSum attention, ResidualSum mlp) {
    this(name, owner, new BlockBody.Sequential(attention, mlp));
  }

  /**
   * @param name for messages
   * @param owner of all weights; closed with the block
   */
  ResidualBlock(String name, NDManager owner, BlockBody body) {
    this.name = name;
    this.owner = owner;
    this.body = body;
  }

  @Override
  public NDArray forward(NDArray hidden, LinearInputTap tap) {
    return BlockFrame.run(name, hidden, tap, body::apply);
  }

  @Override
  public NDArray forward(NDArray hidden, BlockCache cache) {
    return BlockFrame.run(name, hidden, cache, body::apply);
  }

  @Override
  public NDArray record(NDArray hidden) {
    return BlockFrame.record(name, hidden, body::apply);
  }

  @Override
  public List<NDArray> weights() {
    return OwnedArrays.named(owner);
  }

  @Override
  public void forwardTo(LinearInput last, NDArray hidden, LinearInputTap tap) {
    if (!body.reads(last)) {
      throw new IllegalArgumentException(name + " has no input " + last.name());
    }
    BlockFrame.show(hidden, tap, (x, shown) -> body.applyTo(last, x, shown));
  }

  @Override
  public void close() {
    owner.close();
  }
}
