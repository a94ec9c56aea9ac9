package dev.pbq.kernels.decoder;

import dev.pbq.core.model.ActivationFunction;
import dev.pbq.core.model.DeltaSizes;
import dev.pbq.core.parallel.Parallel;
import dev.pbq.kernels.lanes.Exponential;

/**
 * Linear attention by a gated delta rule (Yang et al., Gated Delta Networks, 2024), token by token:
 * with the state S [keyDim, valueDim] of a head, S = exp(g) S; S = S + k (b (v - S^T k))^T; output
 * S^T q.
 *
 * @param linears that read the input: those that make queries, keys and values; the gates of the
 *     outputs; the shares that are written, before their sigmoid; the decays, before their rule
 * @param convolution [channels, kernel]; the last entry belongs to the token itself
 * @param speed e^rate of each head
 * @param shift of each head
 * @param norm of each head's output
 */
record DeltaStep(
    DeltaSizes sizes,
    SharedInput linears,
    float[] convolution,
    float[] speed,
    float[] shift,
    NormStep norm,
    DeltaState state,
    LinearStep output)
    implements Sublayer {
  /** Added to the squared length of queries and keys before its root. */
  private static final double LENGTH_EPSILON = 1e-6;

  @Override
  public float[] apply(float[] x, Span span) {
    if (span.position() == 0) {
      state.clear();
    }
    int count = span.count();
    float[][] outputs = linears.apply(x, count);
    float[] mixed = convolved(outputs[0], span);
    float[] gate = outputs[1];
    float[] write = outputs[2];
    float[] decay = outputs[3];
    float[] given = new float[count * sizes.values()];
    Parallel.forEach(
        sizes.valueHeads(),
        h -> {
          for (int t = 0; t < count; t++) {
            int at = t * sizes.valueHeads() + h;
            double fading = -speed[h] * Exponential.softplus(decay[at] + shift[h]);
            float share = Exponential.sigmoid(write[at]);
            head(h, mixed, t * sizes.channels(), (float) Math.exp(fading), share, given, at);
          }
        });
    float[] normed = norm.apply(given);
    Nonlinear.apply(ActivationFunction.SILU, gate);
    for (int i = 0; i < normed.length; i++) {
      normed[i] *= gate[i];
    }
    return output.apply(normed, count);
  }

  /** The convolution over time with its activation: as {@code x}, [count, channels]. */
  private float[] convolved(float[] x, Span span) {
    int channels = sizes.channels();
    int kernel = sizes.kernel();
    float[] y = new float[x.length];
    for (int t = 0; t < span.count(); t++) {
      int position = span.position() + t;
      float[] last = state.inputs();
      System.arraycopy(x, t * channels, last, position % kernel * channels, channels);
      for (int k = 0; k < kernel; k++) {
        // Rows of positions before the first are still 0.
        int row = (position + 1 + k) % kernel * channels;
        for (int c = 0; c < channels; c++) {
          y[t * channels + c] += convolution[c * kernel + k] * last[row + c];
        }
      }
    }
    Nonlinear.apply(ActivationFunction.SILU, y);
    return y;
  }

  private void head(
      int head, float[] mixed, int from, float fade, float share, float[] given, int at) {
    int width = sizes.valueDim();
    int own = from + head / (sizes.valueHeads() / sizes.keyHeads()) * sizes.keyDim();
    float[] query = unit(mixed, own, 1 / Math.sqrt(sizes.keyDim()));
    float[] key = unit(mixed, own + sizes.keys(), 1);
    int value = from + 2 * sizes.keys() + head * width;
    float[] s = state.head(head);
    float[] read = new float[width];
    for (int i = 0; i < key.length; i++) {
      for (int j = 0; j < width; j++) {
        s[i * width + j] *= fade;
        read[j] += key[i] * s[i * width + j];
      }
    }
    for (int j = 0; j < width; j++) {
      read[j] = share * (mixed[value + j] - read[j]);
    }
    for (int i = 0; i < key.length; i++) {
      for (int j = 0; j < width; j++) {
        s[i * width + j] += key[i] * read[j];
        given[at * width + j] += query[i] * s[i * width + j];
      }
    }
  }

  /** Features as a vector of a length. */
  private float[] unit(float[] x, int from, double length) {
    float[] unit = new float[sizes.keyDim()];
    double squares = LENGTH_EPSILON;
    for (int i = 0; i < unit.length; i++) {
      squares += (double) x[from + i] * x[from + i];
    }
    float factor = (float) (length / Math.sqrt(squares));
    for (int i = 0; i < unit.length; i++) {
      unit[i] = x[from + i] * factor;
    }
    return unit;
  }
}
