package dev.pbq.kernels.lanes;

import java.util.Arrays;

/** The loops in plain Java, which gives the same bits as any vectors. */
public final class PlainLanes implements Lanes {
  /** 2^112: what a binary16's bits, moved to a float32's place, are too small by. */
  private static final float HALF_SCALE = 0x1p112f;

  @Override
  public String name() {
    return "plain Java";
  }

  @Override
  public void codes(
      int[] codes,
      int at,
      int words,
      int[] masks,
      float[] x,
      int xAt,
      int count,
      float start,
      float[] sums) {
    float[] odd = new float[ROWS];
    Arrays.fill(sums, 0, ROWS, start);
    int end = at + words * ROWS;
    int word = at;
    int mask = 0;
    for (int i = xAt; i < xAt + count; i += 2) {
      add(codes, word, masks[mask], x[i], sums);
      add(codes, word, masks[mask + 8], x[i + 1], odd);
      word += ROWS;
      if (word == end) {
        word = at;
        mask += 16;
      }
    }
    for (int r = 0; r < ROWS; r++) {
      sums[r] += odd[r];
    }
  }

  private static void add(int[] codes, int word, int mask, float x, float[] sums) {
    for (int r = 0; r < ROWS; r++) {
      sums[r] = Math.fma((float) (codes[word + r] & mask), x, sums[r]);
    }
  }

  @Override
  public int copies() {
    return 1;
  }

  @Override
  public void bits(int[] codes, int at, int count, float[] x, int xAt, float start, float[] sums) {
    float[] apart = new float[3 * ROWS];
    Arrays.fill(sums, 0, ROWS, start);
    for (int i = 0; i < count; i++) {
      boolean first = i % 4 == 0;
      float[] to = first ? sums : apart;
      int toAt = first ? 0 : (i % 4 - 1) * ROWS;
      for (int r = 0; r < ROWS; r++) {
        to[toAt + r] = Math.fma(bit(codes[at + i / 32 * ROWS + r], i), x[xAt + i], to[toAt + r]);
      }
    }
    for (int r = 0; r < ROWS; r++) {
      sums[r] = (sums[r] + apart[r]) + (apart[ROWS + r] + apart[2 * ROWS + r]);
    }
  }

  @Override
  public void unpackBits(int[] codes, int at, int count, float[] panel) {
    for (int i = 0; i < count * ROWS; i++) {
      panel[i] = bit(codes[at + i / ROWS / 32 * ROWS + i % ROWS], i / ROWS);
    }
  }

  private static float bit(int word, int i) {
    return Float.intBitsToFloat(((word << (i & 30)) >>> 1) & (i % 2 == 0 ? TWO : TINY));
  }

  @Override
  public void signs(
      int[] codes,
      int at,
      int count,
      Sums which,
      float[] one,
      float[] zero,
      int xAt,
      float[] sums) {
    float[] odd = new float[which.count() * ROWS];
    Arrays.fill(sums, 0, odd.length, 0);
    for (int s = 0; s < which.count(); s++) {
      int sum = which == Sums.ONE ? 2 * s : s;
      float[] x = sum == 1 ? zero : one;
      for (int i = 0; i < count; i++) {
        float[] to = i % 2 == 0 ? sums : odd;
        for (int r = s * ROWS; r < (s + 1) * ROWS; r++) {
          float of = sign(codes[at + i / 16 * ROWS + r % ROWS], i, sum);
          to[r] = Math.fma(of, x[xAt + i], to[r]);
        }
      }
    }
    for (int i = 0; i < odd.length; i++) {
      sums[i] += odd[i];
    }
  }

  @Override
  public void unpackSigns(int[] codes, int at, int count, int sum, float[] panel) {
    for (int i = 0; i < count * ROWS; i++) {
      panel[i] = sign(codes[at + i / ROWS / 16 * ROWS + i % ROWS], i / ROWS, sum);
    }
  }

  private static float sign(int word, int i, int sum) {
    int of = word << (i % 16 * 2);
    int signed = of & (TWO | Integer.MIN_VALUE);
    return Float.intBitsToFloat(sum == 0 ? signed : sum == 1 ? signed ^ TWO : of & TWO);
  }

  @Override
  public void unpack(int[] codes, int at, int words, int[] masks, int count, float[] panel) {
    int end = at + words * ROWS;
    int word = at;
    int mask = 0;
    for (int i = 0; i < count * ROWS; i += 2 * ROWS) {
      for (int r = 0; r < ROWS; r++) {
        panel[i + r] = codes[word + r] & masks[mask];
        panel[i + ROWS + r] = codes[word + r] & masks[mask + 8];
      }
      word += ROWS;
      if (word == end) {
        word = at;
        mask += 16;
      }
    }
  }

  @Override
  public void columns(
      float[] panel,
      int panelAt,
      int count,
      float[] x,
      int xAt,
      float[] starts,
      int startsAt,
      float[] sums) {
    float[] odd = new float[COLUMNS * ROWS];
    spread(starts, startsAt, sums);
    add(panel, panelAt, count, x, xAt, sums, odd);
    for (int i = 0; i < odd.length; i++) {
      sums[i] += odd[i];
    }
  }

  @Override
  public void bitColumns(
      float[] panel, int count, float[] x, int xAt, float[] starts, int startsAt, float[] sums) {
    float[][] of = new float[3][COLUMNS * ROWS];
    spread(starts, startsAt, sums);
    add(panel, 0, count, x, xAt, sums, of[0], of[1], of[2]);
    for (int i = 0; i < COLUMNS * ROWS; i++) {
      sums[i] = (sums[i] + of[0][i]) + (of[1][i] + of[2][i]);
    }
  }

  private static void spread(float[] starts, int at, float[] sums) {
    for (int j = 0; j < COLUMNS; j++) {
      Arrays.fill(sums, j * ROWS, (j + 1) * ROWS, starts[at + j]);
    }
  }

  /** Adds the products of each position to one of the sums after the other. */
  private static void add(
      float[] panel, int panelAt, int count, float[] x, int xAt, float[]... sums) {
    for (int i = 0; i < count; i++) {
      float[] to = sums[i % sums.length];
      for (int j = 0; j < COLUMNS; j++) {
        float factor = x[xAt + i * COLUMNS + j];
        for (int r = 0; r < ROWS; r++) {
          to[j * ROWS + r] = Math.fma(panel[panelAt + i * ROWS + r], factor, to[j * ROWS + r]);
        }
      }
    }
  }

  @Override
  public void column(float[] panel, int panelAt, int count, float[] x, int xAt, float[] sums) {
    float[] odd = new float[ROWS];
    Arrays.fill(sums, 0, ROWS, 0);
    for (int i = 0; i < count; i += 2) {
      int at = panelAt + i * ROWS;
      for (int r = 0; r < ROWS; r++) {
        sums[r] = Math.fma(panel[at + r], x[xAt + i], sums[r]);
        odd[r] = Math.fma(panel[at + ROWS + r], x[xAt + i + 1], odd[r]);
      }
    }
    for (int r = 0; r < ROWS; r++) {
      sums[r] += odd[r];
    }
  }

  @Override
  public void widen(int[] pairs, int at, int count, boolean half, float[] panel) {
    for (int i = 0; i < count * ROWS; i++) {
      int pair = pairs[at + i];
      int to = i / ROWS * 2 * ROWS + i % ROWS;
      panel[to] = half ? half(pair << 16) : Float.intBitsToFloat(pair << 16);
      panel[to + ROWS] = half ? half(pair) : Float.intBitsToFloat(pair & 0xffff0000);
    }
  }

  @Override
  public void scatter(
      float[] values, char[] columns, int from, int count, float[] x, float[] sums) {
    Arrays.fill(sums, 0);
    for (int i = 0; i < count; i++) {
      int at = columns[from + i] * APART;
      int to = i % 4 * APART;
      for (int j = 0; j < APART; j++) {
        sums[to + j] = Math.fma(values[i], x[at + j], sums[to + j]);
      }
    }
  }

  @Override
  public void fold(
      float[] parameters,
      int at,
      float[] sums,
      int sumsAt,
      float[] inputs,
      int inputsAt,
      int columns,
      float[] y,
      int yAt) {
    for (int i = 0; i < columns * ROWS; i++) {
      int of = at + i % ROWS;
      float sum = sums[sumsAt + i];
      float centred = Math.fma(parameters[of + ROWS], -inputs[inputsAt + i / ROWS], sum);
      y[yAt + i] = Math.fma(parameters[of], centred, y[yAt + i]);
    }
  }

  @Override
  public void fold(
      float[] scales,
      int at,
      float zero,
      float[] sums,
      int sumsAt,
      float inputs,
      float[] y,
      int yAt) {
    for (int r = 0; r < ROWS; r++) {
      float centred = Math.fma(zero, -inputs, sums[sumsAt + r]);
      y[yAt + r] = Math.fma(scales[at + r], centred, y[yAt + r]);
    }
  }

  @Override
  public void foldHalves(
      int[] pairs, int at, float[] sums, int sumsAt, float inputs, float[] y, int yAt) {
    for (int r = 0; r < ROWS; r++) {
      float centred = Math.fma(half(pairs[at + r]), -inputs, sums[sumsAt + r]);
      y[yAt + r] = Math.fma(half(pairs[at + r] << 16), centred, y[yAt + r]);
    }
  }

  @Override
  public void widen(int[] pairs, int at, float[] to) {
    for (int r = 0; r < ROWS; r++) {
      to[r] = half(pairs[at + r] << 16);
      to[ROWS + r] = half(pairs[at + r]);
    }
  }

  @Override
  public void exp(float[] x, int from, int to, float less) {
    for (int i = from; i < to; i++) {
      x[i] = Exponential.exp(x[i] - less);
    }
  }

  /** The binary16 in the high half of a word. */
  private static float half(int high) {
    return Float.intBitsToFloat((high >> 3) & 0x8fffe000) * HALF_SCALE;
  }
}
