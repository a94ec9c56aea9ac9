package dev.pbq.kernels.vector;

import static dev.pbq.kernels.lanes.Lanes.COLUMNS;
import static dev.pbq.kernels.lanes.Lanes.ROWS;
import static dev.pbq.kernels.vector.VectorLanes.F;
import static dev.pbq.kernels.vector.VectorLanes.I;
import static dev.pbq.kernels.vector.VectorLanes.LANES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The loops that write panels [positions, ROWS] and multiply them with vectors, some rows at a
 * time; see {@link VectorLanes} for why they are so small.
 */
final class PanelLoops {
  private PanelLoops() {}

  static void unpackVector(
      int[] codes, int at, int words, int[] masks, int count, float[] panel, int panelAt) {
    int end = at + words * ROWS;
    int word = at;
    int mask = 0;
    int to = panelAt + count * ROWS;
    for (int i = panelAt; i < to; i += 2 * ROWS) {
      IntVector w = IntVector.fromArray(I, codes, word);
      ((FloatVector) w.and(IntVector.fromArray(I, masks, mask)).convert(VectorOperators.I2F, 0))
          .intoArray(panel, i);
      ((FloatVector) w.and(IntVector.fromArray(I, masks, mask + 8)).convert(VectorOperators.I2F, 0))
          .intoArray(panel, i + ROWS);
      word += ROWS;
      if (word == end) {
        word = at;
        mask += 16;
      }
    }
  }

  static void fourColumns(
      float[] panel,
      int from,
      int to,
      float[] x,
      int xAt,
      float[] starts,
      int startsAt,
      float[] sums,
      int at) {
    FloatVector a0 = FloatVector.broadcast(F, starts[startsAt]);
    FloatVector b0 = FloatVector.broadcast(F, starts[startsAt + 1]);
    FloatVector c0 = FloatVector.broadcast(F, starts[startsAt + 2]);
    FloatVector d0 = FloatVector.broadcast(F, starts[startsAt + 3]);
    FloatVector a1 = FloatVector.zero(F);
    FloatVector b1 = a1;
    FloatVector c1 = a1;
    FloatVector d1 = a1;
    int p = xAt;
    for (int i = from; i < to; i += 2 * ROWS, p += 2 * COLUMNS) {
      FloatVector w = FloatVector.fromArray(F, panel, i);
      a0 = w.fma(FloatVector.broadcast(F, x[p]), a0);
      b0 = w.fma(FloatVector.broadcast(F, x[p + 1]), b0);
      c0 = w.fma(FloatVector.broadcast(F, x[p + 2]), c0);
      d0 = w.fma(FloatVector.broadcast(F, x[p + 3]), d0);
      w = FloatVector.fromArray(F, panel, i + ROWS);
      a1 = w.fma(FloatVector.broadcast(F, x[p + COLUMNS]), a1);
      b1 = w.fma(FloatVector.broadcast(F, x[p + COLUMNS + 1]), b1);
      c1 = w.fma(FloatVector.broadcast(F, x[p + COLUMNS + 2]), c1);
      d1 = w.fma(FloatVector.broadcast(F, x[p + COLUMNS + 3]), d1);
    }
    a0.add(a1).intoArray(sums, at);
    b0.add(b1).intoArray(sums, at + ROWS);
    c0.add(c1).intoArray(sums, at + 2 * ROWS);
    d0.add(d1).intoArray(sums, at + 3 * ROWS);
  }

  /** Two columns of a panel, the products of each fourth position in a sum of their own. */
  static void twoColumns(
      float[] panel,
      int from,
      int to,
      float[] x,
      int xAt,
      float[] starts,
      int startsAt,
      float[] sums,
      int at) {
    FloatVector a0 = FloatVector.broadcast(F, starts[startsAt]);
    FloatVector a1 = FloatVector.broadcast(F, starts[startsAt + 1]);
    FloatVector b0 = FloatVector.zero(F);
    FloatVector b1 = b0;
    FloatVector c0 = b0;
    FloatVector c1 = b0;
    FloatVector d0 = b0;
    FloatVector d1 = b0;
    int p = xAt;
    for (int i = from; i < to; i += 4 * ROWS, p += 4 * COLUMNS) {
      FloatVector w = FloatVector.fromArray(F, panel, i);
      a0 = w.fma(FloatVector.broadcast(F, x[p]), a0);
      a1 = w.fma(FloatVector.broadcast(F, x[p + 1]), a1);
      w = FloatVector.fromArray(F, panel, i + ROWS);
      b0 = w.fma(FloatVector.broadcast(F, x[p + COLUMNS]), b0);
      b1 = w.fma(FloatVector.broadcast(F, x[p + COLUMNS + 1]), b1);
      w = FloatVector.fromArray(F, panel, i + 2 * ROWS);
      c0 = w.fma(FloatVector.broadcast(F, x[p + 2 * COLUMNS]), c0);
      c1 = w.fma(FloatVector.broadcast(F, x[p + 2 * COLUMNS + 1]), c1);
      w = FloatVector.fromArray(F, panel, i + 3 * ROWS);
      d0 = w.fma(FloatVector.broadcast(F, x[p + 3 * COLUMNS]), d0);
      d1 = w.fma(FloatVector.broadcast(F, x[p + 3 * COLUMNS + 1]), d1);
    }
    a0.add(b0).add(c0.add(d0)).intoArray(sums, at);
    a1.add(b1).add(c1.add(d1)).intoArray(sums, at + ROWS);
  }

  static void oneColumn(
      float[] panel, int at, float[] x, int from, int to, float[] sums, int sumsAt) {
    FloatVector even0 = FloatVector.zero(F);
    FloatVector even1 = even0;
    FloatVector odd0 = even0;
    FloatVector odd1 = even0;
    int p = at;
    for (int i = from; i < to; i += 2, p += 2 * ROWS) {
      FloatVector factor = FloatVector.broadcast(F, x[i]);
      even0 = FloatVector.fromArray(F, panel, p).fma(factor, even0);
      even1 = FloatVector.fromArray(F, panel, p + LANES).fma(factor, even1);
      factor = FloatVector.broadcast(F, x[i + 1]);
      odd0 = FloatVector.fromArray(F, panel, p + ROWS).fma(factor, odd0);
      odd1 = FloatVector.fromArray(F, panel, p + ROWS + LANES).fma(factor, odd1);
    }
    even0.add(odd0).intoArray(sums, sumsAt);
    even1.add(odd1).intoArray(sums, sumsAt + LANES);
  }

  static void widenHalves(int[] pairs, int from, int to, float[] panel, int panelAt) {
    int p = panelAt;
    for (int i = from; i < to; i += ROWS, p += 2 * ROWS) {
      IntVector pair = IntVector.fromArray(I, pairs, i);
      VectorLanes.half(pair.lanewise(VectorOperators.LSHL, 16)).intoArray(panel, p);
      VectorLanes.half(pair).intoArray(panel, p + ROWS);
    }
  }

  static void widenBrains(int[] pairs, int from, int to, float[] panel, int panelAt) {
    int p = panelAt;
    for (int i = from; i < to; i += ROWS, p += 2 * ROWS) {
      IntVector pair = IntVector.fromArray(I, pairs, i);
      pair.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().intoArray(panel, p);
      pair.and(0xffff0000).reinterpretAsFloats().intoArray(panel, p + ROWS);
    }
  }
}
