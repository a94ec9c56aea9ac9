package dev.pbq.kernels.decoder;

import dev.pbq.core.model.RotarySpec;
import java.util.Arrays;

/**
 * Rotary positions (Su et al., RoFormer, 2021): pairs of features turn by an angle that grows with
 * the position. Keeps cosines and sines of the positions that were asked for. One thread at a time
 * {@linkplain #prepare prepares}; several may rotate.
 */
final class RotaryStep {
  private final RotarySpec spec;
  private final int half;
  private float[] frequencies = {};
  private float[] cosines = {};
  private float[] sines = {};

  RotaryStep(RotarySpec spec) {
    this.spec = spec;
    this.half = spec.width() / 2;
  }

  /** Gets the tables ready for the positions of a span. */
  void prepare(Span span) {
    // Where frequencies follow the length of the sequence, it is that of the whole one.
    if (frequencies.length == 0 || spec.rope().scaling().followsLength()) {
      float[] wanted = spec.frequencies(span.length());
      if (!Arrays.equals(wanted, frequencies)) {
        frequencies = wanted;
        cosines = new float[0];
        sines = new float[0];
      }
    }
    int known = half == 0 ? Integer.MAX_VALUE : cosines.length / half;
    if (known < span.length()) {
      fill(known, Math.max(span.length(), 2 * known));
    }
  }

  private void fill(int from, int to) {
    double factor = spec.rope().scaling().attentionFactor();
    cosines = Arrays.copyOf(cosines, to * half);
    sines = Arrays.copyOf(sines, to * half);
    for (int position = from; position < to; position++) {
      for (int i = 0; i < half; i++) {
        float angle = position * frequencies[i];
        cosines[position * half + i] = (float) (factor * Math.cos(angle));
        sines[position * half + i] = (float) (factor * Math.sin(angle));
      }
    }
  }

  /** Turns the first features of x [tokens, heads, headDim] in place. */
  void rotate(float[] x, int heads, int headDim, Span span) {
    for (int t = 0; t < span.count(); t++) {
      for (int h = 0; h < heads; h++) {
        rotate(x, (t * heads + h) * headDim, span.position() + t);
      }
    }
  }

  /** Turns the features from {@code at} on, which belong to one position. */
  void rotate(float[] x, int at, int position) {
    int step = spec.pairs() ? 2 : 1;
    int second = spec.pairs() ? 1 : half;
    int table = position * half;
    for (int i = 0; i < half; i++) {
      int a = at + i * step;
      int b = a + second;
      float cosine = cosines[table + i];
      float sine = sines[table + i];
      float first = x[a];
      x[a] = first * cosine - x[b] * sine;
      x[b] = x[b] * cosine + first * sine;
    }
  }
}
