package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.Optional;

/**
 * Attention with its projections.
 *
 * @param rotary where positions enter by rotation
 * @param firstInput what q, k and v read
 * @param lastInput what the output projection reads
 */
record SelfAttention(
    LinearLayer query,
    LinearLayer key,
    LinearLayer value,
    LinearLayer output,
    Optional<RotaryEmbedding> rotary,
    Attention attention,
    int headDim,
    LinearInput firstInput,
    LinearInput lastInput)
    implements Sublayer {

  @Override
  public NDArray inner(NDArray x, InputTap tap) {
    int position = tap.cache().map(BlockCache::length).orElse(0);
    Shape heads = new Shape(tap.sequences(), tap.tokens(), -1, headDim);
    try (NDArray flatQuery = query.apply(x, tap.sequences());
        NDArray flatKey = key.apply(x, tap.sequences());
        NDArray flatValue = value.apply(x, tap.sequences());
        NDArray q = flatQuery.reshape(heads);
        NDArray k = flatKey.reshape(heads);
        NDArray v = flatValue.reshape(heads)) {
      rotary.ifPresent(
          r -> {
            r.rotate(q, position);
            r.rotate(k, position);
          });
      return tap.cache().isEmpty()
          ? attention.apply(q, k, v)
          : withCache(tap.cache().get(), q, k, v);
    }
  }

  private NDArray withCache(BlockCache cache, NDArray q, NDArray k, NDArray v) {
    cache.append(k, v);
    try (NDArray keys = cache.keys();
        NDArray values = cache.values()) {
      return attention.apply(q, keys, values);
    }
  }

  @Override
  public LinearLayer projection() {
    return output;
  }
}
