package dev.pbq.core.model;

import java.nio.FloatBuffer;

/**
 * Positions as a bias of the scores that grows with the key's position, with a slope for each head
 * (Press et al., ALiBi, 2021).
 *
 * @param slopes one for each head of queries
 * @param rounded whether slopes and biases are rounded to bfloat16, as Falcon does
 * @param factor of every bias, after rounding
 */
public record Alibi(float[] slopes, boolean rounded, float factor) {
  public Alibi {
    slopes = slopes.clone();
  }

  /** The slopes of {@code heads} heads: powers of 2^(-8/n), n being a power of two. */
  static Alibi of(int heads, boolean rounded, double factor) {
    int power = Integer.highestOneBit(heads);
    float[] slopes = new float[heads];
    for (int h = 0; h < heads; h++) {
      slopes[h] =
          (float)
              (h < power
                  ? Math.pow(2, -8.0 * (h + 1) / power)
                  : Math.pow(2, -4.0 * (2 * (h - power) + 1) / power));
    }
    return new Alibi(slopes, rounded, (float) factor);
  }

  /** Writes the biases of one head for the keys [from, to). */
  void write(FloatBuffer destination, int head, long from, long to) {
    for (long j = from; j < to; j++) {
      destination.put(bias(head, j));
    }
  }

  /** The bias of one head for the key of a position. */
  public float bias(int head, long position) {
    float slope = rounded ? roundToBfloat(slopes[head]) : slopes[head];
    float bias = slope * position;
    return (rounded ? roundToBfloat(bias) : bias) * factor;
  }

  /** The nearest bfloat16, ties to even. */
  private static float roundToBfloat(float x) {
    int bits = Float.floatToIntBits(x);
    int odd = bits >>> 16 & 1;
    return Float.intBitsToFloat(bits + 0x7fff + odd & 0xffff0000);
  }
}
