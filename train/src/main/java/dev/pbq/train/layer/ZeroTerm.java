package dev.pbq.train.layer;

import dev.pbq.core.PbqException;
import dev.pbq.core.packed.ComputeDtype;
import dev.pbq.core.packed.FlatGroups;
import dev.pbq.core.packed.HqqLinear;
import dev.pbq.core.packed.HqqParameters;
import dev.pbq.core.packed.ScaleDtype;
import java.util.Arrays;

/**
 * The zero points' part of an HQQ layer as a product of rank 1, for an adapter to take over: (q -
 * z) s = q s + u with u = -z s, and where a group holds whole rows or whole columns, u is the same
 * along them ("Towards 1-bit Machine Learning Models", Eq. 1). Groups that cut rows would need a
 * rank as large as their number in a row.
 *
 * @param a [cols], what becomes a column of A
 * @param b [rows], what becomes a row of B
 */
record ZeroTerm(float[] a, float[] b) {
  /**
   * The term of a layer, rounded to the type that it is stored in.
   *
   * @throws PbqException USAGE naming the layer if the term has another rank than 1; NUMERICAL if
   *     it does not fit the type
   */
  static ZeroTerm of(String name, HqqLinear base, ScaleDtype dtype) {
    FlatGroups groups = base.groups();
    boolean rows = groups.axis() == 1 && groups.size() % base.cols() == 0;
    boolean cols = groups.axis() == 0 && groups.size() % base.rows() == 0;
    if (!rows && !cols) {
      throw PbqException.setting(
          "%s: {mergeZero} needs groups of whole rows or columns ({groupsize} -1): the zero points"
              + " of groups of %s along axis %s of [%s, %s] make a term of a rank above 1",
          name, groups.size(), groups.axis(), base.rows(), base.cols());
    }
    if (base.compute() != ComputeDtype.F32) {
      throw PbqException.setting(
          "%s: {mergeZero} needs a base that is computed in f32, not %s", name, base.compute());
    }
    float[] u = new float[rows ? base.rows() : base.cols()];
    float[] ones = new float[rows ? base.cols() : base.rows()];
    Arrays.fill(ones, 1);
    float[] scale = base.scale().values(base.compute());
    float[] zero = base.zero().values(base.compute());
    for (int i = 0; i < u.length; i++) {
      int g = groups.of(rows ? i * base.cols() : i, base.codes().length);
      u[i] = dtype.store(-zero[g] * scale[g], name, "zero-point term");
    }
    return rows ? new ZeroTerm(ones, u) : new ZeroTerm(u, ones);
  }

  /** The layer without zero points. */
  static HqqLinear without(HqqLinear base) {
    return new HqqLinear(
        base.rows(),
        base.cols(),
        base.groups(),
        base.maxCode(),
        base.scaleDtype(),
        base.compute(),
        base.codes(),
        base.scale(),
        new HqqParameters.None(base.zero().count()));
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof ZeroTerm z && Arrays.equals(z.a, a) && Arrays.equals(z.b, b);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(a) + Arrays.hashCode(b);
  }

  @Override
  public String toString() {
    return "ZeroTerm[" + b.length + ", " + a.length + "]";
  }
}
