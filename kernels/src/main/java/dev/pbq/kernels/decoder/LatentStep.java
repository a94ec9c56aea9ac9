package dev.pbq.kernels.decoder;

import dev.pbq.core.model.LatentSizes;
import java.util.Optional;

/**
 * Latent attention (DeepSeek-V2, 2024): keys and values are made of a narrow vector, and all heads
 * share the part of the key that turns. The cache holds keys and values of every head.
 *
 * @param first two linears: the first makes queries of the input, or what {@code queryNarrow} makes
 *     them of; the second makes [keyValueRank, turning]
 */
record LatentStep(
    LatentSizes sizes,
    SharedInput first,
    Optional<Narrow> queryNarrow,
    Narrow keyValueNarrow,
    RotaryStep rotary,
    ScoreStep scores,
    KeyValues cache,
    LinearStep output)
    implements Sublayer {

  /** A norm and the linear that reads what it gives. */
  record Narrow(NormStep norm, LinearStep linear) {
    float[] apply(float[] x, int count) {
      return linear.apply(norm.apply(x), count);
    }
  }

  @Override
  public float[] apply(float[] x, Span span) {
    int count = span.count();
    rotary.prepare(span);
    float[][] outputs = first.apply(x, count);
    float[] queries =
        queryNarrow.isPresent() ? queryNarrow.get().apply(outputs[0], count) : outputs[0];
    int width = sizes.still() + sizes.turning();
    for (int i = 0; i < count * sizes.heads(); i++) {
      rotary.rotate(queries, i * width + sizes.still(), span.position() + i / sizes.heads());
    }
    float[] narrow = outputs[1];
    float[] turning = part(narrow, count, sizes.keyValueRank(), sizes.turning());
    rotary.rotate(turning, 1, sizes.turning(), span);
    float[] wide = keyValueNarrow.apply(part(narrow, count, 0, sizes.keyValueRank()), count);
    cache.put(keys(wide, turning, count), values(wide, count), span);
    return output.apply(scores.apply(queries, cache, span), count);
  }

  /** Columns [from, from + width) of x [count, keyValueRank + turning]. */
  private float[] part(float[] x, int count, int from, int width) {
    int whole = sizes.keyValueRank() + sizes.turning();
    float[] part = new float[count * width];
    for (int t = 0; t < count; t++) {
      System.arraycopy(x, t * whole + from, part, t * width, width);
    }
    return part;
  }

  private float[] keys(float[] wide, float[] turning, int count) {
    int still = sizes.still();
    int width = still + sizes.turning();
    float[] keys = new float[count * sizes.heads() * width];
    for (int i = 0; i < count * sizes.heads(); i++) {
      System.arraycopy(wide, i * (still + sizes.value()), keys, i * width, still);
      int token = i / sizes.heads();
      System.arraycopy(turning, token * sizes.turning(), keys, i * width + still, sizes.turning());
    }
    return keys;
  }

  private float[] values(float[] wide, int count) {
    float[] values = new float[count * sizes.heads() * sizes.value()];
    for (int i = 0; i < count * sizes.heads(); i++) {
      int from = i * (sizes.still() + sizes.value()) + sizes.still();
      System.arraycopy(wide, from, values, i * sizes.value(), sizes.value());
    }
    return values;
  }
}
