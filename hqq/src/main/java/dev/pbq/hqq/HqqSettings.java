package dev.pbq.hqq;

import static dev.pbq.core.quant.SettingChecks.or;
import static dev.pbq.core.quant.SettingChecks.range;
import static dev.pbq.core.quant.SettingChecks.require;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.pbq.core.PbqException;
import dev.pbq.core.packed.ComputeDtype;
import dev.pbq.core.packed.FlatGroups;
import dev.pbq.core.packed.ScaleDtype;
import dev.pbq.core.quant.Setting;
import dev.pbq.core.quant.SettingChecks;
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
    @JsonProperty("bits")
        @Setting(
            help = "Bits per weight; 1.58 for ternary weights",
            byDefault = "4",
            words = {"8", "6", "5", "4", "3", "2", "1.58", "1"},
            aliases = "width",
            label = "N")
        CodeWidth bits,
    @JsonProperty("groupsize")
        @Setting(
            help =
                "Weights in a group, a divisor of the layer's weights; -1 for a whole row ({axis}"
                    + " 1) or column ({axis} 0)",
            byDefault = "64, or -1 with {channelWise=false}",
            range = "-1 or 1..",
            symbol = "g")
        Integer groupsize,
    @JsonProperty("axis")
        @Setting(
            help = "1: groups of consecutive weights; 0: groups across them, one input column each",
            byDefault = "1",
            range = "0 or 1",
            label = "A")
        Integer axis,
    @JsonProperty("channelWise")
        @Setting(
            help =
                "Whether there are groups; {channelWise=false} makes one of the whole layer, which"
                    + " is not refined",
            byDefault = "true",
            negatable = true)
        Boolean channelWise,
    @JsonProperty("optimize")
        @Setting(
            help = "Refine the zero points; {optimize=false} keeps the min-max grid",
            byDefault = "true, or false with {channelWise=false}",
            negatable = true)
        Boolean optimize,
    @JsonProperty("roundZero")
        @Setting(
            help = "Round zero points before they are refined",
            byDefault = "true, or false with {bits} other than 4",
            negatable = true)
        Boolean roundZero,
    @JsonProperty("solver")
        @Setting(
            help =
                "Variant of the solver; annealed: beta grows by kappa in each iteration; v2: as"
                    + " annealed, but the stop returns to the best zero points",
            byDefault = "proximal")
        SolverKind solver,
    @JsonProperty("iters")
        @Setting(help = "Most iterations of the solver", byDefault = "20", range = "1..10000")
        Integer iters,
    @JsonProperty("lpNorm")
        @Setting(
            help = "p of the norm that the solver minimises",
            byDefault = "0.7",
            range = ">0..1",
            symbol = "p")
        Double lpNorm,
    @JsonProperty("beta")
        @Setting(
            help = "Penalty of the auxiliary error",
            byDefault = "10",
            range = ">0..",
            symbol = "beta")
        Double beta,
    @JsonProperty("kappa")
        @Setting(
            help = "Growth of the penalty where it grows",
            byDefault = "1.01",
            range = "1..10",
            symbol = "kappa")
        Double kappa,
    @JsonProperty("earlyStop")
        @Setting(
            help = "Whether an iteration without gain ends the search",
            byDefault = "true",
            negatable = true)
        Boolean earlyStop,
    @JsonProperty("tol")
        @Setting(help = "Least gain that counts, for {solver} v2", byDefault = "0", range = "0..")
        Double tol,
    @JsonProperty("rangeGuard")
        @Setting(
            help =
                "compat: as the reference, groups narrower than 1e-4 lose their detail; exact:"
                    + " every group keeps its own scale",
            byDefault = "compat")
        RangeGuard rangeGuard,
    @JsonProperty("quantZero")
        @Setting(
            help = "Store zero points as 8-bit codes, in groups of {zeroGroupsize}",
            byDefault = "false",
            negatable = true)
        Boolean quantZero,
    @JsonProperty("quantScale")
        @Setting(
            help = "Store scales as 8-bit codes, in groups of {scaleGroupsize}",
            byDefault = "false",
            negatable = true)
        Boolean quantScale,
    @JsonProperty("zeroGroupsize")
        @Setting(
            help = "Coded zero points that share a grid; -1 for all",
            byDefault = "-1",
            range = "-1 or 1..")
        Integer zeroGroupsize,
    @JsonProperty("scaleGroupsize")
        @Setting(
            help = "Coded scales that share a grid; -1 for all",
            byDefault = "128",
            range = "-1 or 1..")
        Integer scaleGroupsize,
    @JsonProperty("referenceCodes")
        @Setting(
            help =
                "Codes for scales and zero points before they are rounded to their stored type, as"
                    + " in the reference",
            byDefault = "false")
        Boolean referenceCodes,
    @JsonProperty("scaleDtype")
        @Setting(help = "How scales and zero points are stored", byDefault = "f16")
        ScaleDtype scaleDtype,
    @JsonProperty("computeDtype")
        @Setting(help = "The precision that the stored weights are defined in", byDefault = "f32")
        ComputeDtype computeDtype) {
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
    SettingChecks.groups("groupsize", groupsize, "all");
    SettingChecks.groups("zeroGroupsize", zeroGroupsize, "all");
    SettingChecks.groups("scaleGroupsize", scaleGroupsize, "all");
    require(axis == 0 || axis == 1, "axis", axis, "neither 0 nor 1");
    range("iters", iters, 1, MOST_ITERATIONS);
    require(lpNorm > 0 && lpNorm <= 1, "lpNorm", lpNorm, "not above 0 and at most 1");
    require(beta > 0 && beta <= Float.MAX_VALUE, "beta", beta, "not above 0");
    require(kappa >= 1 && kappa <= 10, "kappa", kappa, "not between 1 and 10");
    require(tol >= 0, "tol", tol, "not at least 0");
    if (!channelWise && groupsize != -1) {
      throw PbqException.setting(
          "{groupsize} %s and {channelWise=false}, which makes one group of all", groupsize);
    }
    if (!channelWise && optimize) {
      throw PbqException.setting("{optimize} and {channelWise=false}, which is not refined");
    }
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
