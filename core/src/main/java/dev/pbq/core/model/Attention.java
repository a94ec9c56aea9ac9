package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import java.util.Optional;

/** Causal scaled dot-product attention with grouped queries (Ainslie et al., 2023). */
interface Attention {
  /**
   * Attends.
   *
   * @param query [sequences, tokens, heads, headDim]; may be changed
   * @param key [sequences, keys, keyValueHeads, headDim]; the queries are those of the last
   *     positions where there are more keys than tokens
   * @param value as {@code key}
   * @return contiguous [sequences * tokens, heads * headDim], attached to the query's manager
   */
  NDArray apply(NDArray query, NDArray key, NDArray value);

  /**
   * As the other, for tokens that follow those in a cache, which gets their keys and values.
   *
   * @param cache empty if nothing is kept
   */
  default NDArray apply(NDArray query, NDArray key, NDArray value, Optional<AttentionCache> cache) {
    if (cache.isEmpty()) {
      return apply(query, key, value);
    }
    cache.get().append(key, value);
    try (NDArray keys = cache.get().keys();
        NDArray values = cache.get().values()) {
      return apply(query, keys, values);
    }
  }
}
