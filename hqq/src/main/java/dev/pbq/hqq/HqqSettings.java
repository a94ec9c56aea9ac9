package dev.pbq.hqq;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.pbq.core.PbqException;
import dev.pbq.core.packed.ComputeDtype;
import dev.pbq.core.packed.FlatGroups;
import dev.pbq.core.packed.ScaleDtype;
import dev.pbq.hqq.solver.Grid;
import dev.pbq.hqq.solver.RangeGuard;
import dev.pbq.hqq.solver.SolverKind;
import dev.pbq.hqq.solver.SolverOptions;

/**
 * Settings of HQQ; null takes the default, which is the reference program's user-level one (spec
 * 1.7).
 *
 * @param bits width of the codes; 4
 * @param groupsize weights in a group, -1 for a whole row (axis 1) or column (axis 0); 64
 * @param axis 1: a group is a run of consecutive weights; 0: it lies across them, within one input
 *     column where the group size divides the rows; 1
 * @param channelWise false for one group in all, which the solver does not refine; true
 * @param optimize whether the solver refines the zero points; true
 * @param roundZero whether the zero point is rounded before it is refined; true at 4 bits
 * @param solver variant of the solver; proximal
 * @param iters most iterations; 20
 * @param lpNorm p of the norm; 0.7
 * @param beta penalty of the auxiliary error; 10
 * @param kappa growth of the penalty where it grows; 1.01
 * @param earlyStop whether an iteration without gain ends the search; true
 * @param tol least gain that counts, solver v2; 0
 * @param rangeGuard what happens to narrow groups; compat
 * @param quantZero whether zero points are stored as 8-bit codes; false
 * @param quantScale whether scales are; false
 * @param zeroGroupsize zero points that share a grid, -1 for all; -1
 * @param scaleGroupsize scales that share a grid, -1 for all; 128
 * @param referenceCodes whether codes belong to scales and zero points before they are rounded to
 *     their stored type, as in the reference, rather than to the stored ones; false
 * @param scaleDtype how scales and zero points are stored; f16
 * @param computeDtype the precision that the weights are defined in; f32
 */
public record HqqSettings(
    @JsonProperty("bits") CodeWidth bits,
    @JsonProperty("groupsize") Integer groupsize,
    @JsonProperty("axis") Integer axis,
    @JsonProperty("channelWise") Boolean channelWise,
    @JsonProperty("optimize") Boolean optimize,
    @JsonProperty("roundZero") Boolean roundZero,
    @JsonProperty("solver") SolverKind solver,
    @JsonProperty("iters") Integer iters,
    @JsonProperty("lpNorm") Double lpNorm,
    @JsonProperty("beta") Double beta,
    @JsonProperty("kappa") Double kappa,
    @JsonProperty("earlyStop") Boolean earlyStop,
    @JsonProperty("tol") Double tol,
    @JsonProperty("rangeGuard") RangeGuard rangeGuard,
    @JsonProperty("quantZero") Boolean quantZero,
    @JsonProperty("quantScale") Boolean quantScale,
    @JsonProperty("zeroGroupsize") Integer zeroGroupsize,
    @JsonProperty("scaleGroupsize") Integer scaleGroupsize,
    @JsonProperty("referenceCodes") Boolean referenceCodes,
    @JsonProperty("scaleDtype") ScaleDtype scaleDtype,
    @JsonProperty("computeDtype") ComputeDtype computeDtype) {
  private static final int MOST_ITERATIONS = 10_000;
  private static final float LARGEST_HALF = 65504;

  public HqqSettings {
    bits = or(bits, CodeWidth.FOUR);
    channelWise = or(channelWise, true);
    groupsize = or(groupsize, channelWise ? 64 : -1);
    axis = or(axis, 1);
    optimize = or(optimize, channelWise);
    roundZero = or(roundZero, bits == CodeWidth.FOUR);
    solver = or(solver, SolverKind.PROXIMAL);
    iters = or(iters, 20);
    lpNorm = or(lpNorm, 0.7);
    beta = or(beta, 10.0);
    kappa = or(kappa, 1.01);
    earlyStop = or(earlyStop, true);
    tol = or(tol, 0.0);
    rangeGuard = or(rangeGuard, RangeGuard.COMPAT);
    quantZero = or(quantZero, false);
    quantScale = or(quantScale, false);
    zeroGroupsize = or(zeroGroupsize, -1);
    scaleGroupsize = or(scaleGroupsize, 128);
    referenceCodes = or(referenceCodes, false);
    scaleDtype = or(scaleDtype, ScaleDtype.F16);
    computeDtype = or(computeDtype, ComputeDtype.F32);
    requireGroupsize("--groupsize", groupsize);
    requireGroupsize("--zero-groupsize", zeroGroupsize);
    requireGroupsize("--scale-groupsize", scaleGroupsize);
    require(axis == 0 || axis == 1, "--axis", axis, "neither 0 nor 1");
    require(iters >= 1 && iters <= MOST_ITERATIONS, "--iters", iters, "not between 1 and 10000");
    require(lpNorm > 0 && lpNorm <= 1, "--lp-norm", lpNorm, "not above 0 and at most 1");
    require(beta > 0 && beta <= Float.MAX_VALUE, "--beta", beta, "not above 0");
    require(kappa >= 1 && kappa <= 10, "--kappa", kappa, "not between 1 and 10");
    require(tol >= 0, "--tol", tol, "not at least 0");
    if (!channelWise && groupsize != -1) {
      throw PbqException.usage(
          "--groupsize " + groupsize + " and --no-channel-wise, which makes one group of all");
    }
    if (!channelWise && optimize) {
      throw PbqException.usage("--optimize and --no-channel-wise, which is not refined");
    }
  }

  private static <T> T or(T value, T fallback) {
    return value == null ? fallback : value;
  }

  private static void require(boolean holds, String option, Object value, String complaint) {
    if (!holds) {
      throw PbqException.usage(option + " " + value + " is " + complaint);
    }
  }

  private static void requireGroupsize(String option, int size) {
    require(size >= 1 || size == -1, option, size, "neither -1 (all) nor at least 1");
  }

  /** All defaults. */
  public static HqqSettings defaults() {
    return new HqqSettings(
        null, null, null, null, null, null, null, null, null, null, null, null, null, null, null,
        null, null, null, null, null, null);
  }

  /** The groups of a layer of this shape; they may leave weights over. */
  FlatGroups groups(int rows, int cols) {
    if (!channelWise) {
      return new FlatGroups(1, Math.multiplyExact(rows, cols));
    }
    if (groupsize == -1) {
      return new FlatGroups(axis, axis == 1 ? cols : rows);
    }
    return new FlatGroups(axis, groupsize);
  }

  Grid grid() {
    float largestZero = quantZero || scaleDtype == ScaleDtype.F32 ? Float.MAX_VALUE : LARGEST_HALF;
    return new Grid(bits.maxCode(), roundZero, rangeGuard, largestZero);
  }

  SolverOptions solverOptions() {
    return new SolverOptions(solver, iters, lpNorm, beta, kappa, earlyStop, tol);
  }
}
