package dev.pbq.kernels.decoder;

import dev.pbq.core.model.AttentionShape;
import dev.pbq.core.model.PositionScale;
import dev.pbq.kernels.lanes.Exponential;
import java.util.Optional;

/** Attention with heads of queries, keys and values, and the keys and values so far. */
record AttentionStep(
    HeadsStep heads,
    Optional<NormStep> queryNorm,
    Optional<NormStep> keyNorm,
    Optional<RotaryStep> rotary,
    Optional<PositionScale> queryScale,
    ScoreStep scores,
    KeyValues cache,
    LinearStep output)
    implements Sublayer {

  @Override
  public float[] apply(float[] x, Span span) {
    AttentionShape shape = scores.shape();
    Heads raw = heads.apply(x, span.count());
    float[] query = normed(queryNorm, raw.query());
    float[] key = normed(keyNorm, raw.key());
    if (rotary.isPresent()) {
      rotary.get().prepare(span);
      rotary.get().rotate(query, shape.heads(), shape.headDim(), span);
      rotary.get().rotate(key, shape.keyValueHeads(), shape.headDim(), span);
    }
    queryScale.ifPresent(scale -> scaled(scale, query, span));
    cache.put(key, raw.value(), span);
    float[] context = scores.apply(query, cache, span);
    for (int i = 0; i < raw.gate().length; i++) {
      context[i] *= Exponential.sigmoid(raw.gate()[i]);
    }
    return output.apply(context, span.count());
  }

  private static float[] normed(Optional<NormStep> norm, float[] x) {
    return norm.isPresent() ? norm.get().apply(x) : x;
  }

  private static void scaled(PositionScale scale, float[] query, Span span) {
    int width = query.length / span.count();
    for (int t = 0; t < span.count(); t++) {
      float factor = scale.factor(span.position() + t);
      for (int i = t * width; i < (t + 1) * width; i++) {
        query[i] *= factor;
      }
    }
  }
}
