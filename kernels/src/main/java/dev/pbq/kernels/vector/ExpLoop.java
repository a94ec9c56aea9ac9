package dev.pbq.kernels.vector;

import static dev.pbq.kernels.vector.VectorLanes.F;
import static dev.pbq.kernels.vector.VectorLanes.LANES;

import dev.pbq.kernels.lanes.Exponential;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** {@link Exponential#exp} for some numbers at a time, step by step the same. */
final class ExpLoop {
  private static final int ROUND_BITS = Float.floatToRawIntBits(Exponential.ROUND);

  private ExpLoop() {}

  /** Numbers {@code from .. to - 1}, as many as vectors hold. */
  static void exp(float[] x, int from, int to, float less) {
    for (int i = from; i < to; i += LANES) {
      FloatVector given = FloatVector.fromArray(F, x, i).sub(less);
      FloatVector v = given.max(Exponential.LOWEST).min(Exponential.HIGHEST);
      FloatVector rounded = v.mul(Exponential.LOG2_E).add(Exponential.ROUND);
      FloatVector n = rounded.sub(Exponential.ROUND);
      FloatVector r = v.sub(n.mul(Exponential.LN2_HIGH)).sub(n.mul(Exponential.LN2_LOW));
      FloatVector p = r.mul(Exponential.P0).add(Exponential.P1);
      p = p.mul(r).add(Exponential.P2);
      p = p.mul(r).add(Exponential.P3);
      p = p.mul(r).add(Exponential.P4);
      p = p.mul(r).add(Exponential.P5);
      FloatVector y = p.mul(r).mul(r).add(r).add(1f);
      // The bits of a number beside 1.5 * 2^23 count its ones.
      IntVector k = rounded.reinterpretAsInts().sub(ROUND_BITS);
      IntVector half = k.lanewise(VectorOperators.ASHR, 1);
      y = y.mul(half.add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats());
      half = k.sub(half);
      y = y.mul(half.add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats());
      y.blend(0f, given.compare(VectorOperators.LE, Exponential.LOWEST))
          .blend(Float.POSITIVE_INFINITY, given.compare(VectorOperators.GT, Exponential.HIGHEST))
          .intoArray(x, i);
    }
  }
}
