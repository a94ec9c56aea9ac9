package dev.pbq.ecq.choice;

/**
 * The four branches of a trellis for each weight: the best code of each quantizer and parity, and
 * what it costs. Candidates are the two or three nearest of the parity, and zero. Costs are
 * integers in fixed point, less the least of the four, so that sums over a run cannot overflow.
 */
final class Branches {
  /** Branches of one weight: quantizer 0 even, odd, quantizer 1 even, odd. */
  static final int EACH = 4;

  private static final float UNIT = 4096;

  /** No path that is worth anything takes a branch that is so much worse than another. */
  private static final int MOST = 1 << 18;

  /** The longest run whose costs fit. */
  static final int LONGEST = 2048;

  final int[] cost = new int[EACH * LONGEST];
  final int[] magnitude = new int[EACH * LONGEST];

  private final float[] found = new float[EACH];

  void prepare(CodeChooser.Run weights, int count, float lambda, CodeLengths lengths) {
    float[] table = lengths.table();
    for (int r = 0; r < count; r++) {
      float a = Math.abs(weights.u()[r]);
      int f = (int) (a * 0.5f);
      int base = weights.base()[r] + weights.shared();
      if (f + 2 < CodeLengths.SPAN) {
        near(a, f, table, base, lambda, EACH * r);
      } else {
        far(a, f, lambda, EACH * r);
      }
      int at = EACH * r;
      float least = Math.min(Math.min(found[0], found[1]), Math.min(found[2], found[3]));
      for (int b = 0; b < EACH; b++) {
        cost[at + b] = (int) Math.min((found[b] - least) * UNIT, MOST);
      }
    }
  }

  /** Quantizer 0 has the values 0, 2, 4, ..., quantizer 1 has 0, 1, 3, 5, ... */
  private void near(float a, int f, float[] table, int base, float lambda, int at) {
    int parity = f & 1;
    float d = a - 2 * f;
    float same = d * d + lambda * table[base + f];
    float next = (2 - d) * (2 - d) + lambda * table[base + f + 1];
    int kSame = f;
    int kNext = f + 1;
    int second = base + CodeLengths.SPAN;
    // Of quantizer 1, codes f (the value 2f - 1, or 0), f + 1 and f + 2.
    float low = f == 0 ? a : d + 1;
    float same1 = low * low + lambda * table[second + f];
    float far1 = (3 - d) * (3 - d) + lambda * table[second + f + 2];
    int kSame1 = f;
    if (far1 < same1) {
      same1 = far1;
      kSame1 = f + 2;
    }
    float next1 = (1 - d) * (1 - d) + lambda * table[second + f + 1];
    int kNext1 = f + 1;
    if (f > 0) {
      float less = (d + 2) * (d + 2) + lambda * table[base + f - 1];
      if (less < next) {
        next = less;
        kNext = f - 1;
      }
      float low1 = f == 1 ? a : d + 3;
      float less1 = low1 * low1 + lambda * table[second + f - 1];
      if (less1 < next1) {
        next1 = less1;
        kNext1 = f - 1;
      }
      float zero = a * a + lambda * table[base];
      float zero1 = a * a + lambda * table[second];
      if (parity == 0) {
        if (zero < same) {
          same = zero;
          kSame = 0;
        }
        if (zero1 < same1) {
          same1 = zero1;
          kSame1 = 0;
        }
      } else {
        if (zero < next) {
          next = zero;
          kNext = 0;
        }
        if (zero1 < next1) {
          next1 = zero1;
          kNext1 = 0;
        }
      }
    }
    found[parity] = same;
    found[1 - parity] = next;
    found[2 + parity] = same1;
    found[3 - parity] = next1;
    magnitude[at + parity] = kSame;
    magnitude[at + 1 - parity] = kNext;
    magnitude[at + 2 + parity] = kSame1;
    magnitude[at + 3 - parity] = kNext1;
  }

  /** Beyond the table: the nearest of each parity, whose lengths hardly differ. */
  private void far(float a, int f, float lambda, int at) {
    for (int q = 0; q < 2; q++) {
      for (int b = 0; b < 2; b++) {
        float best = Float.POSITIVE_INFINITY;
        for (int k = f - 1; k <= f + 2; k++) {
          float d = a - (2f * k - q);
          float c = d * d + lambda * CodeLengths.escape(k);
          if ((k & 1) == b && c < best) {
            best = c;
            found[2 * q + b] = c;
            magnitude[at + 2 * q + b] = k;
          }
        }
      }
    }
  }
}
