package dev.pbq.core.model;

import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What the blocks keep of the tokens so far, so that generating one more token costs the time of
 * one token: keys and values, 2 * capacity * keyValueHeads * headDim floats for each block and
 * sequence, or a state of fixed size where attention is linear. Owns its arrays.
 */
public final class KeyValueCache implements AutoCloseable {
  private final NDManager owner;
  private final List<BlockCache> blocks;
  private final int capacity;

  private KeyValueCache(NDManager owner, List<BlockCache> blocks, int capacity) {
    this.owner = owner;
    this.blocks = blocks;
    this.capacity = capacity;
  }

  /**
   * An empty cache; the caller owns it.
   *
   * @param sequences generated side by side
   * @param capacity tokens of each
   */
  public static KeyValueCache of(NDManager parent, CausalModel model, int sequences, int capacity) {
    return OwnedArrays.build(
        parent,
        owner ->
            new KeyValueCache(
                owner,
                IntStream.range(0, model.blocks())
                    .mapToObj(b -> model.cache(owner, b, sequences, capacity))
                    .toList(),
                capacity));
  }

  /** One block's part. */
  public BlockCache block(int index) {
    return blocks.get(index);
  }

  /** Tokens that all blocks hold. */
  public int length() {
    return blocks.stream().mapToInt(BlockCache::length).min().orElse(0);
  }

  /** Tokens that there is room for. */
  public int capacity() {
    return capacity;
  }

  /**
   * Forgets all tokens but the first ones; all of them where some block keeps a state that cannot
   * be taken back.
   *
   * @throws IllegalArgumentException if there are not so many
   */
  public void truncate(int length) {
    if (length < 0 || length > length()) {
      throw new IllegalArgumentException("cannot cut " + length() + " tokens to " + length);
    }
    int kept = blocks.stream().allMatch(block -> block.canTruncate(length)) ? length : 0;
    blocks.forEach(block -> block.truncate(kept));
  }

  @Override
  public void close() {
    owner.close();
  }
}
