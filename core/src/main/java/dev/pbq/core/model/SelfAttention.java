package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Activation;
import java.util.Optional;

/**
 * Attention with its projections.
 *
 * @param heads makes queries, keys and values
 * @param queryNorm norm of the queries
 * @param keyNorm norm of the keys
 * @param rotary where positions enter by rotation
 * @param queryScale what queries are multiplied by after the rotation
 * @param firstInput what q, k and v read
 * @param lastInput what the output projection reads
 */
record SelfAttention(
    HeadProjection heads,
    LinearLayer output,
    Optional<HeadNorm> queryNorm,
    Optional<HeadNorm> keyNorm,
    Optional<RotaryEmbedding> rotary,
    Optional<PositionScale> queryScale,
    Attention attention,
    LinearInput firstInput,
    LinearInput lastInput)
    implements ProjectedSublayer {

  @Override
  public NDArray inner(NDArray x, InputTap tap) {
    int position = tap.position();
    try (Heads raw = heads.apply(x, tap);
        NDArray q = normed(queryNorm, raw.query());
        NDArray k = normed(keyNorm, raw.key())) {
      rotary.ifPresent(
          r -> {
            r.rotate(q, position);
            r.rotate(k, position);
          });
      queryScale.ifPresent(s -> s.apply(q, position));
      NDArray context = attention.apply(q, k, raw.value(), tap.keysValues());
      if (raw.gate().isPresent()) {
        try (NDArray flat = raw.gate().get().reshape(context.getShape());
            NDArray factor = Activation.sigmoid(flat)) {
          context.muli(factor);
        }
      }
      return context;
    }
  }

  private static NDArray normed(Optional<HeadNorm> norm, NDArray x) {
    return norm.isPresent() ? norm.get().apply(x) : x;
  }

  @Override
  public LinearLayer projection() {
    return output;
  }
}
