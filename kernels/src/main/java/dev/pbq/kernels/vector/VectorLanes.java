package dev.pbq.kernels.vector;

import dev.pbq.kernels.lanes.Exponential;
import dev.pbq.kernels.lanes.Lanes;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The loops on vectors of eight lanes, or four where the processor has no more. Wider ones would
 * leave too few independent sums in the order that {@link Lanes} fixes.
 *
 * <p>Every method here is small and has one loop: the compiler of JDK 17 gives up on inlining
 * vector operations in larger ones, and then makes an object of every vector, twenty times slower.
 * None is given a vector and has a loop over others: the same compiler then computes wrong sums.
 */
public final class VectorLanes implements Lanes {
  static final VectorSpecies<Float> F =
      VectorSpecies.of(float.class, shape(FloatVector.SPECIES_PREFERRED.vectorBitSize()));
  static final VectorSpecies<Integer> I =
      VectorSpecies.of(int.class, shape(FloatVector.SPECIES_PREFERRED.vectorBitSize()));
  static final int LANES = F.length();
  private static final float HALF_SCALE = 0x1p112f;

  private static VectorShape shape(int bits) {
    return bits >= 256 ? VectorShape.S_256_BIT : VectorShape.S_128_BIT;
  }

  @Override
  public String name() {
    return "vectors of " + F.vectorBitSize() + " bits";
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
    for (int r = 0; r < ROWS; r += 2 * LANES) {
      twoVectors(codes, at + r, words, masks, x, xAt, xAt + count, start, sums, r);
    }
  }

  private static void twoVectors(
      int[] codes,
      int at,
      int words,
      int[] masks,
      float[] x,
      int from,
      int to,
      float start,
      float[] sums,
      int sumsAt) {
    FloatVector even0 = FloatVector.broadcast(F, start);
    FloatVector even1 = even0;
    FloatVector odd0 = FloatVector.zero(F);
    FloatVector odd1 = odd0;
    int end = at + words * ROWS;
    int word = at;
    int mask = 0;
    for (int i = from; i < to; i += 2) {
      IntVector w0 = IntVector.fromArray(I, codes, word);
      IntVector w1 = IntVector.fromArray(I, codes, word + LANES);
      IntVector m = IntVector.fromArray(I, masks, mask);
      FloatVector factor = FloatVector.broadcast(F, x[i]);
      even0 = ((FloatVector) w0.and(m).convert(VectorOperators.I2F, 0)).fma(factor, even0);
      even1 = ((FloatVector) w1.and(m).convert(VectorOperators.I2F, 0)).fma(factor, even1);
      m = IntVector.fromArray(I, masks, mask + 8);
      factor = FloatVector.broadcast(F, x[i + 1]);
      odd0 = ((FloatVector) w0.and(m).convert(VectorOperators.I2F, 0)).fma(factor, odd0);
      odd1 = ((FloatVector) w1.and(m).convert(VectorOperators.I2F, 0)).fma(factor, odd1);
      word += ROWS;
      if (word == end) {
        word = at;
        mask += 16;
      }
    }
    even0.add(odd0).intoArray(sums, sumsAt);
    even1.add(odd1).intoArray(sums, sumsAt + LANES);
  }

  @Override
  public int copies() {
    return LANES;
  }

  @Override
  public void bits(int[] codes, int at, int count, float[] x, int xAt, float start, float[] sums) {
    for (int r = 0; r < ROWS; r += LANES) {
      BitLoops.bits(codes, at + r, count / 8, x, xAt, start, sums, r);
    }
  }

  @Override
  public void unpackBits(int[] codes, int at, int count, float[] panel) {
    for (int r = 0; r < ROWS; r += LANES) {
      BitLoops.unpackBits(codes, at + r, count, panel, r);
    }
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
    for (int r = 0; r < ROWS; r += LANES) {
      switch (which) {
        case BOTH -> BitLoops.bothClasses(codes, at + r, count / 4, one, zero, xAt, sums, r);
        case ONE -> BitLoops.oneClass(codes, at + r, count / 4, one, xAt, sums, r);
        case ALL -> BitLoops.allSums(codes, at + r, count / 2, one, zero, xAt, sums, r);
      }
    }
  }

  @Override
  public void unpackSigns(int[] codes, int at, int count, int sum, float[] panel) {
    for (int r = 0; r < ROWS; r += LANES) {
      BitLoops.unpackSigns(codes, at + r, count, sum, panel, r);
    }
  }

  @Override
  public void unpack(int[] codes, int at, int words, int[] masks, int count, float[] panel) {
    for (int r = 0; r < ROWS; r += LANES) {
      PanelLoops.unpackVector(codes, at + r, words, masks, count, panel, r);
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
    for (int r = 0; r < ROWS; r += LANES) {
      int from = panelAt + r;
      PanelLoops.fourColumns(panel, from, from + count * ROWS, x, xAt, starts, startsAt, sums, r);
    }
  }

  @Override
  public void bitColumns(
      float[] panel, int count, float[] x, int xAt, float[] starts, int startsAt, float[] sums) {
    for (int r = 0; r < ROWS; r += LANES) {
      for (int c = 0; c < COLUMNS; c += 2) {
        int to = r + count * ROWS;
        PanelLoops.twoColumns(panel, r, to, x, xAt + c, starts, startsAt + c, sums, c * ROWS + r);
      }
    }
  }

  @Override
  public void column(float[] panel, int panelAt, int count, float[] x, int xAt, float[] sums) {
    for (int r = 0; r < ROWS; r += 2 * LANES) {
      PanelLoops.oneColumn(panel, panelAt + r, x, xAt, xAt + count, sums, r);
    }
  }

  @Override
  public void widen(int[] pairs, int at, int count, boolean half, float[] panel) {
    for (int r = 0; r < ROWS; r += LANES) {
      if (half) {
        PanelLoops.widenHalves(pairs, at + r, at + count * ROWS, panel, r);
      } else {
        PanelLoops.widenBrains(pairs, at + r, at + count * ROWS, panel, r);
      }
    }
  }

  @Override
  public void scatter(
      float[] values, char[] columns, int from, int count, float[] x, float[] sums) {
    int whole = count & ~3;
    for (int j = 0; j < APART; j += LANES) {
      scatterVector(values, columns, from, whole, x, sums, j);
      for (int i = whole; i < count; i++) {
        int to = (i - whole) * APART + j;
        FloatVector.fromArray(F, x, columns[from + i] * APART + j)
            .fma(FloatVector.broadcast(F, values[i]), FloatVector.fromArray(F, sums, to))
            .intoArray(sums, to);
      }
    }
  }

  private static void scatterVector(
      float[] values, char[] columns, int from, int count, float[] x, float[] sums, int j) {
    FloatVector a = FloatVector.zero(F);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    for (int i = 0; i < count; i += 4) {
      a = at(x, columns[from + i], j).fma(FloatVector.broadcast(F, values[i]), a);
      b = at(x, columns[from + i + 1], j).fma(FloatVector.broadcast(F, values[i + 1]), b);
      c = at(x, columns[from + i + 2], j).fma(FloatVector.broadcast(F, values[i + 2]), c);
      d = at(x, columns[from + i + 3], j).fma(FloatVector.broadcast(F, values[i + 3]), d);
    }
    a.intoArray(sums, j);
    b.intoArray(sums, APART + j);
    c.intoArray(sums, 2 * APART + j);
    d.intoArray(sums, 3 * APART + j);
  }

  private static FloatVector at(float[] x, int column, int j) {
    return FloatVector.fromArray(F, x, column * APART + j);
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
    for (int r = 0; r < ROWS; r += LANES) {
      int end = sumsAt + r + columns * ROWS;
      foldVector(parameters, at + r, sums, sumsAt + r, end, inputs, inputsAt, y, yAt + r);
    }
  }

  private static void foldVector(
      float[] parameters,
      int at,
      float[] sums,
      int from,
      int to,
      float[] inputs,
      int inputsAt,
      float[] y,
      int yAt) {
    FloatVector scale = FloatVector.fromArray(F, parameters, at);
    FloatVector zero = FloatVector.fromArray(F, parameters, at + ROWS);
    for (int i = from, c = inputsAt, p = yAt; i < to; i += ROWS, c++, p += ROWS) {
      zero.fma(FloatVector.broadcast(F, -inputs[c]), FloatVector.fromArray(F, sums, i))
          .fma(scale, FloatVector.fromArray(F, y, p))
          .intoArray(y, p);
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
    for (int r = 0; r < ROWS; r += LANES) {
      FloatVector.broadcast(F, zero)
          .fma(FloatVector.broadcast(F, -inputs), FloatVector.fromArray(F, sums, sumsAt + r))
          .fma(FloatVector.fromArray(F, scales, at + r), FloatVector.fromArray(F, y, yAt + r))
          .intoArray(y, yAt + r);
    }
  }

  @Override
  public void foldHalves(
      int[] pairs, int at, float[] sums, int sumsAt, float inputs, float[] y, int yAt) {
    for (int r = 0; r < ROWS; r += LANES) {
      IntVector pair = IntVector.fromArray(I, pairs, at + r);
      half(pair)
          .fma(FloatVector.broadcast(F, -inputs), FloatVector.fromArray(F, sums, sumsAt + r))
          .fma(half(pair.lanewise(VectorOperators.LSHL, 16)), FloatVector.fromArray(F, y, yAt + r))
          .intoArray(y, yAt + r);
    }
  }

  @Override
  public void widen(int[] pairs, int at, float[] to) {
    for (int r = 0; r < ROWS; r += LANES) {
      IntVector pair = IntVector.fromArray(I, pairs, at + r);
      half(pair.lanewise(VectorOperators.LSHL, 16)).intoArray(to, r);
      half(pair).intoArray(to, ROWS + r);
    }
  }

  @Override
  public void exp(float[] x, int from, int to, float less) {
    int whole = from + (to - from) / LANES * LANES;
    ExpLoop.exp(x, from, whole, less);
    for (int i = whole; i < to; i++) {
      x[i] = Exponential.exp(x[i] - less);
    }
  }

  /** The binary16 in the high half of each word. */
  static FloatVector half(IntVector high) {
    return high.lanewise(VectorOperators.ASHR, 3)
        .and(0x8fffe000)
        .reinterpretAsFloats()
        .mul(HALF_SCALE);
  }
}
