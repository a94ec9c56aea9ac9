package dev.pbq.kernels.decoder;

import java.util.Optional;

/**
 * One half of a block: ofSum(x + factor * after(sublayer(before(x)))).
 *
 * @param fromNormed whether before(x) takes the place of the x that is added to
 */
record HalfStep(
    Optional<NormStep> before,
    Optional<NormStep> after,
    Optional<NormStep> ofSum,
    float factor,
    boolean fromNormed,
    Sublayer sublayer) {

  /** The half by itself, [tokens, hidden], in a new array. */
  float[] apply(float[] x, Span span) {
    float[] read = before.isPresent() ? before.get().apply(x) : x;
    float[] sum = added(read, span);
    float[] residual = fromNormed ? read : x;
    for (int i = 0; i < sum.length; i++) {
      sum[i] += residual[i];
    }
    return ofSum.isPresent() ? ofSum.get().apply(sum) : sum;
  }

  /** What it adds, given what its sublayer reads; a new array. */
  float[] added(float[] read, Span span) {
    float[] given = sublayer.apply(read, span);
    if (after.isPresent()) {
      given = after.get().apply(given);
    }
    if (factor != 1) {
      for (int i = 0; i < given.length; i++) {
        given[i] *= factor;
      }
    }
    return given;
  }
}
