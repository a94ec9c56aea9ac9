package dev.pbq.kernels.vector;

import static dev.pbq.kernels.lanes.Lanes.ROWS;
import static dev.pbq.kernels.lanes.Lanes.TINY;
import static dev.pbq.kernels.lanes.Lanes.TWO;
import static dev.pbq.kernels.vector.VectorLanes.F;
import static dev.pbq.kernels.vector.VectorLanes.I;
import static dev.pbq.kernels.vector.VectorLanes.LANES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The loops of {@link dev.pbq.kernels.lanes.Lanes#bits} and {@link
 * dev.pbq.kernels.lanes.Lanes#signs}, one vector of rows at a time. Bits are moved to where they
 * are a float32 of their own, which saves the conversion. Bodies stay short: with twice as many
 * positions the compiler of either JDK stops inlining and makes an object of every vector. Those of
 * {@link dev.pbq.kernels.lanes.Lanes#signs} have more than the 325 bytecodes that are inlined: in
 * one method with another of them it makes such objects as well.
 */
final class BitLoops {
  private static final int SIGNED = TWO | Integer.MIN_VALUE;

  private BitLoops() {}

  /** Each number of x stands there once for each lane, so that a product takes it from memory. */
  static void bits(
      int[] codes, int at, int eights, float[] x, int xAt, float start, float[] sums, int sumsAt) {
    IntVector two = IntVector.broadcast(I, TWO);
    IntVector tiny = IntVector.broadcast(I, TINY);
    FloatVector a = FloatVector.broadcast(F, start);
    FloatVector b = FloatVector.zero(F);
    FloatVector c = b;
    FloatVector d = b;
    for (int i = 0; i < eights; i++) {
      IntVector v =
          IntVector.fromArray(I, codes, at + (i >> 2) * ROWS)
              .lanewise(VectorOperators.LSHL, (i & 3) * 8)
              .lanewise(VectorOperators.LSHR, 1);
      int p = xAt + i * 8 * LANES;
      a = times(v.and(two), x, p, a);
      b = times(v.and(tiny), x, p + LANES, b);
      v = v.lanewise(VectorOperators.LSHL, 2);
      c = times(v.and(two), x, p + 2 * LANES, c);
      d = times(v.and(tiny), x, p + 3 * LANES, d);
      v = v.lanewise(VectorOperators.LSHL, 2);
      a = times(v.and(two), x, p + 4 * LANES, a);
      b = times(v.and(tiny), x, p + 5 * LANES, b);
      v = v.lanewise(VectorOperators.LSHL, 2);
      c = times(v.and(two), x, p + 6 * LANES, c);
      d = times(v.and(tiny), x, p + 7 * LANES, d);
    }
    a.add(b).add(c.add(d)).intoArray(sums, sumsAt);
  }

  /** Words as the float32 that they are, times numbers of x, added to a sum. */
  private static FloatVector times(IntVector of, float[] x, int at, FloatVector sum) {
    return of.reinterpretAsFloats().fma(FloatVector.fromArray(F, x, at), sum);
  }

  static void unpackBits(int[] codes, int at, int count, float[] panel, int panelAt) {
    for (int i = 0; i < count; i += 2) {
      IntVector v =
          IntVector.fromArray(I, codes, at + (i >> 5) * ROWS)
              .lanewise(VectorOperators.LSHL, i & 31)
              .lanewise(VectorOperators.LSHR, 1);
      v.and(TWO).reinterpretAsFloats().intoArray(panel, panelAt + i * ROWS);
      v.and(TINY).reinterpretAsFloats().intoArray(panel, panelAt + (i + 1) * ROWS);
    }
  }

  private static IntVector fours(int[] codes, int at, int i) {
    return IntVector.fromArray(I, codes, at + (i >> 2) * ROWS)
        .lanewise(VectorOperators.LSHL, (i & 3) * 8);
  }

  static void bothClasses(
      int[] codes, int at, int fours, float[] one, float[] zero, int xAt, float[] sums, int to) {
    IntVector two = IntVector.broadcast(I, TWO);
    IntVector signed = IntVector.broadcast(I, SIGNED);
    FloatVector a = FloatVector.zero(F);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    for (int i = 0; i < fours; i++) {
      IntVector v = fours(codes, at, i);
      int p = xAt + i * 4 * LANES;
      IntVector s = v.and(signed);
      a = times(s, one, p, a);
      c = times(s.lanewise(VectorOperators.XOR, two), zero, p, c);
      s = v.lanewise(VectorOperators.LSHL, 2).and(signed);
      b = times(s, one, p + LANES, b);
      d = times(s.lanewise(VectorOperators.XOR, two), zero, p + LANES, d);
      s = v.lanewise(VectorOperators.LSHL, 4).and(signed);
      a = times(s, one, p + 2 * LANES, a);
      c = times(s.lanewise(VectorOperators.XOR, two), zero, p + 2 * LANES, c);
      s = v.lanewise(VectorOperators.LSHL, 6).and(signed);
      b = times(s, one, p + 3 * LANES, b);
      d = times(s.lanewise(VectorOperators.XOR, two), zero, p + 3 * LANES, d);
    }
    a.add(b).intoArray(sums, to);
    c.add(d).intoArray(sums, to + ROWS);
  }

  static void oneClass(int[] codes, int at, int fours, float[] x, int xAt, float[] sums, int to) {
    IntVector two = IntVector.broadcast(I, TWO);
    IntVector signed = IntVector.broadcast(I, SIGNED);
    FloatVector a = FloatVector.zero(F);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    for (int i = 0; i < fours; i++) {
      IntVector v = fours(codes, at, i);
      int p = xAt + i * 4 * LANES;
      a = v.and(signed).reinterpretAsFloats().fma(FloatVector.fromArray(F, x, p), a);
      c = v.and(two).reinterpretAsFloats().fma(FloatVector.fromArray(F, x, p), c);
      v = v.lanewise(VectorOperators.LSHL, 2);
      b = v.and(signed).reinterpretAsFloats().fma(FloatVector.fromArray(F, x, p + LANES), b);
      d = v.and(two).reinterpretAsFloats().fma(FloatVector.fromArray(F, x, p + LANES), d);
      v = v.lanewise(VectorOperators.LSHL, 2);
      a = v.and(signed).reinterpretAsFloats().fma(FloatVector.fromArray(F, x, p + 2 * LANES), a);
      c = v.and(two).reinterpretAsFloats().fma(FloatVector.fromArray(F, x, p + 2 * LANES), c);
      v = v.lanewise(VectorOperators.LSHL, 2);
      b = v.and(signed).reinterpretAsFloats().fma(FloatVector.fromArray(F, x, p + 3 * LANES), b);
      d = v.and(two).reinterpretAsFloats().fma(FloatVector.fromArray(F, x, p + 3 * LANES), d);
    }
    a.add(b).intoArray(sums, to);
    c.add(d).intoArray(sums, to + ROWS);
  }

  static void allSums(
      int[] codes, int at, int twos, float[] one, float[] zero, int xAt, float[] sums, int to) {
    IntVector two = IntVector.broadcast(I, TWO);
    IntVector signed = IntVector.broadcast(I, SIGNED);
    FloatVector a = FloatVector.zero(F);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    FloatVector e = a;
    FloatVector f = a;
    for (int i = 0; i < twos; i++) {
      IntVector v =
          IntVector.fromArray(I, codes, at + (i >> 3) * ROWS)
              .lanewise(VectorOperators.LSHL, (i & 7) * 4);
      int p = xAt + i * 2 * LANES;
      IntVector s = v.and(signed);
      a = s.reinterpretAsFloats().fma(FloatVector.fromArray(F, one, p), a);
      c =
          s.lanewise(VectorOperators.XOR, two)
              .reinterpretAsFloats()
              .fma(FloatVector.fromArray(F, zero, p), c);
      e = v.and(two).reinterpretAsFloats().fma(FloatVector.fromArray(F, one, p), e);
      v = v.lanewise(VectorOperators.LSHL, 2);
      s = v.and(signed);
      b = s.reinterpretAsFloats().fma(FloatVector.fromArray(F, one, p + LANES), b);
      d =
          s.lanewise(VectorOperators.XOR, two)
              .reinterpretAsFloats()
              .fma(FloatVector.fromArray(F, zero, p + LANES), d);
      f = v.and(two).reinterpretAsFloats().fma(FloatVector.fromArray(F, one, p + LANES), f);
    }
    a.add(b).intoArray(sums, to);
    c.add(d).intoArray(sums, to + ROWS);
    e.add(f).intoArray(sums, to + 2 * ROWS);
  }

  static void unpackSigns(int[] codes, int at, int count, int sum, float[] panel, int panelAt) {
    int mask = sum == 2 ? TWO : SIGNED;
    int flip = sum == 1 ? TWO : 0;
    for (int i = 0; i < count; i++) {
      IntVector.fromArray(I, codes, at + (i >> 4) * ROWS)
          .lanewise(VectorOperators.LSHL, (i & 15) * 2)
          .and(mask)
          .lanewise(VectorOperators.XOR, flip)
          .reinterpretAsFloats()
          .intoArray(panel, panelAt + i * ROWS);
    }
  }
}
