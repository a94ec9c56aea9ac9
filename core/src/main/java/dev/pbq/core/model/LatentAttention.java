package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import java.util.Optional;

/**
 * Multi-head latent attention (DeepSeek-V2, 2024): keys and values are made of one narrow vector,
 * and all heads share the part of the keys that turns with the position.
 *
 * @param queryFirst makes the queries, or the narrow vector that they are made of
 * @param queryLatent the rest of the queries' way, where it leads through a narrow vector
 * @param keyValueFirst makes the narrow vector of keys and values, and the shared key behind it
 * @param keyValueLatent makes keys and values of it
 * @param sizes widths of the parts
 */
record LatentAttention(
    LinearLayer queryFirst,
    Optional<Latent> queryLatent,
    LinearLayer keyValueFirst,
    Latent keyValueLatent,
    LinearLayer output,
    RotaryEmbedding rotary,
    Attention attention,
    LatentSizes sizes,
    LinearInput firstInput,
    LinearInput lastInput)
    implements Sublayer {

  /** A norm of a narrow vector, and what widens it. */
  record Latent(Normalization norm, LinearLayer linear, LinearInput input) {
    NDArray apply(NDArray narrow, InputTap tap) {
      try (NDArray normed = norm.apply(narrow)) {
        tap.show(input, normed);
        return linear.apply(normed, tap.sequences());
      }
    }
  }

  @Override
  public NDArray apply(NDArray x, InputTap tap) {
    tap.show(firstInput, x);
    try (NDArray context = context(x, tap)) {
      tap.show(lastInput, context);
      return output.apply(context, tap.sequences());
    }
  }

  @Override
  public Optional<LinearInput> outputInput() {
    return Optional.of(lastInput);
  }

  @Override
  public boolean reads(LinearInput input) {
    return input.equals(firstInput)
        || queryLatent.filter(latent -> input.equals(latent.input())).isPresent()
        || input.equals(keyValueLatent.input())
        || input.equals(lastInput);
  }

  @Override
  public void applyTo(LinearInput last, NDArray x, InputTap tap) {
    if (last.equals(firstInput)) {
      tap.show(firstInput, x);
    } else if (last.equals(lastInput)) {
      tap.show(firstInput, x);
      try (NDArray context = context(x, tap)) {
        tap.show(lastInput, context);
      }
    } else {
      tap.show(firstInput, x);
      queries(x, tap).close();
      if (last.equals(keyValueLatent.input())) {
        try (NDArray narrow = keyValueFirst.apply(x, tap.sequences());
            NDArray part = HostArrays.slice(narrow, 1, 0, sizes.keyValueRank())) {
          keyValueLatent.apply(part, tap).close();
        }
      }
    }
  }

  private NDArray queries(NDArray x, InputTap tap) {
    NDArray first = queryFirst.apply(x, tap.sequences());
    if (queryLatent.isEmpty()) {
      return first;
    }
    try (first) {
      return queryLatent.get().apply(first, tap);
    }
  }

  private NDArray context(NDArray x, InputTap tap) {
    int position = tap.position();
    Shape heads = new Shape(tap.sequences(), tap.tokens(), sizes.heads(), -1);
    int still = sizes.still();
    int turning = sizes.turning();
    int rank = sizes.keyValueRank();
    try (NDArray flatQuery = queries(x, tap);
        NDArray q = flatQuery.reshape(heads);
        NDArray turningQuery = HostArrays.slice(q, 3, still, (long) still + turning);
        NDArray narrow = keyValueFirst.apply(x, tap.sequences());
        NDArray latent = HostArrays.slice(narrow, 1, 0, rank);
        NDArray wide = keyValueLatent.apply(latent, tap);
        NDArray keysValues = wide.reshape(heads);
        NDArray stillKeys = HostArrays.slice(keysValues, 3, 0, still);
        NDArray values = HostArrays.slice(keysValues, 3, still, (long) still + sizes.value());
        NDArray shared = HostArrays.copy(HostArrays.slice(narrow, 1, rank, (long) rank + turning));
        NDArray turningKey = shared.reshape(new Shape(tap.sequences(), tap.tokens(), 1, turning))) {
      rotary.rotate(turningQuery, position);
      rotary.rotate(turningKey, position);
      Shape all = new Shape(tap.sequences(), tap.tokens(), sizes.heads(), turning);
      try (NDArray turningKeys = turningKey.broadcast(all);
          NDArray keys = NDArrays.concat(new NDList(stillKeys, turningKeys), 3)) {
        return attention.apply(q, keys, values, tap.keysValues());
      }
    }
  }
}
