package dev.pbq.arb;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.pbq.arb.fit.XSolve;
import dev.pbq.arb.partition.BreakPoints;
import dev.pbq.arb.partition.Division;
import dev.pbq.arb.partition.PartitionSettings;
import dev.pbq.arb.refine.CodeChoice;
import dev.pbq.core.PbqException;
import dev.pbq.core.packed.BitmapCoding;
import dev.pbq.core.packed.GroupLayout.MeanSharing;
import dev.pbq.core.packed.ScaleFormat;

/**
 * Settings of BiLLM and ARB-LLM; null takes the preset's value. "The program" is the published
 * code, "the paper" the text, where they differ.
 *
 * @param preset where values come from that are not given; published
 * @param cgb whether the group bitmap also divides salient columns (ARB-LLM, section 3.5); false,
 *     with preset best true
 * @param groups groups on each side that is divided, 2 to 4; 2
 * @param division which bitmaps there are (ARB-LLM, table 4c); both
 * @param blocksize columns that are divided and fitted together; 128
 * @param iterations T, alternating updates; 15
 * @param xIterations T2, updates of arb-x's scales under the calibration metric; 15
 * @param xSolve arb-x: sequential updates, or the linear system they converge to; sequential
 * @param upLim one more than the largest number of salient columns in a block; 50
 * @param minSalient the smallest number of salient columns tried; 1 (the paper's text has 3)
 * @param searchOrder planes of signs in the search for salient columns; 2 (the paper: 1)
 * @param breakPoints candidates for the split by magnitude; percentile (the paper: max-fraction)
 * @param salientMetric what makes a column salient; hessian
 * @param searchTarget whose error decides the division; metric (the paper: weight)
 * @param publishedMultisplit keep the program's search for more than two groups, which does not
 *     start over for each break point; false
 * @param rowMean whether binarization subtracts the row's mean; true (BiLLM's paper: false)
 * @param compensation how a block's error reaches later columns; diag, or exact with codes or
 *     refine
 * @param disableGptq no compensation: the same as compensation none; false
 * @param codes which codes are chosen again column by column; none
 * @param refine how often all scales of a row are fitted together after that; 0
 * @param shareMeans how many means a row of a block has; each
 * @param shareColumns arb-rc: whether all groups have the same column scales; false
 * @param percdamp damping as a share of the mean diagonal of H; 0.01
 * @param eps added to denominators of updates; 0 (the program: 1e-8)
 * @param epsX the same for arb-x's second phase; 0 (the program: 1e-10)
 * @param scaleDtype how scales are stored; f16
 * @param bitmaps raw, as the papers count them, or coded near their entropy; raw
 */
public record ArbSettings(
    @JsonProperty("preset") Preset preset,
    @JsonProperty("cgb") Boolean cgb,
    @JsonProperty("groups") Integer groups,
    @JsonProperty("division") Division division,
    @JsonProperty("blocksize") Integer blocksize,
    @JsonProperty("iterations") Integer iterations,
    @JsonProperty("xIterations") Integer xIterations,
    @JsonProperty("xSolve") XSolve xSolve,
    @JsonProperty("upLim") Integer upLim,
    @JsonProperty("minSalient") Integer minSalient,
    @JsonProperty("searchOrder") Integer searchOrder,
    @JsonProperty("breakPoints") BreakPoints breakPoints,
    @JsonProperty("salientMetric") SalienceMeasure salientMetric,
    @JsonProperty("searchTarget") SearchTarget searchTarget,
    @JsonProperty("publishedMultisplit") Boolean publishedMultisplit,
    @JsonProperty("rowMean") Boolean rowMean,
    @JsonProperty("compensation") Compensation compensation,
    @JsonProperty("disableGptq") Boolean disableGptq,
    @JsonProperty("codes") CodeChoice codes,
    @JsonProperty("refine") Integer refine,
    @JsonProperty("shareMeans") MeanSharing shareMeans,
    @JsonProperty("shareColumns") Boolean shareColumns,
    @JsonProperty("percdamp") Double percdamp,
    @JsonProperty("eps") Double eps,
    @JsonProperty("epsX") Double epsX,
    @JsonProperty("scaleDtype") ScaleFormat scaleDtype,
    @JsonProperty("bitmaps") BitmapCoding bitmaps) {
  public ArbSettings {
    preset = or(preset, Preset.PUBLISHED);
    boolean best = preset == Preset.BEST;
    division = or(division, Division.BOTH);
    boolean columnsDivided = division == Division.BOTH;
    cgb = or(cgb, best && columnsDivided);
    groups = or(groups, 2);
    blocksize = or(blocksize, 128);
    iterations = or(iterations, 15);
    xIterations = or(xIterations, 15);
    xSolve = or(xSolve, best ? XSolve.JOINT : XSolve.SEQUENTIAL);
    upLim = or(upLim, 50);
    minSalient = or(minSalient, 1);
    searchOrder = or(searchOrder, 2);
    breakPoints = or(breakPoints, BreakPoints.PERCENTILE);
    salientMetric = or(salientMetric, SalienceMeasure.HESSIAN);
    searchTarget = or(searchTarget, best ? SearchTarget.WEIGHT : SearchTarget.METRIC);
    publishedMultisplit = or(publishedMultisplit, false);
    rowMean = or(rowMean, true);
    disableGptq = or(disableGptq, false);
    if (disableGptq && compensation != null && compensation != Compensation.NONE) {
      throw PbqException.usage("--disable-gptq contradicts --compensation");
    }
    codes = or(codes, best ? CodeChoice.GROUPS : CodeChoice.NONE);
    refine = or(refine, best ? 4 : 0);
    boolean refined = codes != CodeChoice.NONE || refine > 0;
    compensation =
        or(
            compensation,
            disableGptq ? Compensation.NONE : refined ? Compensation.EXACT : Compensation.DIAG);
    if (refined && compensation != Compensation.EXACT) {
      throw PbqException.usage(
          "--codes and --refine need --compensation exact: they already compensate inside the"
              + " block");
    }
    shareMeans = or(shareMeans, MeanSharing.EACH);
    shareColumns = or(shareColumns, false);
    percdamp = or(percdamp, 0.01);
    eps = or(eps, 0.0);
    epsX = or(epsX, 0.0);
    scaleDtype = or(scaleDtype, best ? ScaleFormat.U8 : ScaleFormat.F16);
    bitmaps = or(bitmaps, best ? BitmapCoding.CODED : BitmapCoding.RAW);

    requireRange("--groups", groups, 2, 4);
    requireRange("--blocksize", blocksize, 1, Integer.MAX_VALUE);
    requireRange("--iterations", iterations, 0, 100_000);
    requireRange("--x-iterations", xIterations, 0, 100_000);
    requireRange("--min-salient", minSalient, 1, Integer.MAX_VALUE);
    requireRange("--up-lim", upLim, minSalient + 1, Integer.MAX_VALUE);
    requireRange("--search-order", searchOrder, 1, 2);
    requireRange("--refine", refine, 0, 1000);
    requireNotNegative("--eps", eps);
    requireNotNegative("--eps-x", epsX);
    if (!(percdamp >= 0 && percdamp <= 1)) {
      throw PbqException.usage("--percdamp " + percdamp + " is not between 0 and 1");
    }
    if (cgb && !columnsDivided) {
      throw PbqException.usage("--cgb needs --division both: it divides the salient columns");
    }
    if ((shareMeans != MeanSharing.EACH || shareColumns) && refine == 0) {
      throw PbqException.usage(
          (shareColumns ? "--share-columns" : "--share-means")
              + " needs --refine 1 or more: published fits share nothing between groups");
    }
  }

  /** The published settings. */
  public static ArbSettings published() {
    return new ArbSettings(
        null, null, null, null, null, null, null, null, null, null, null, null, null, null, null,
        null, null, null, null, null, null, null, null, null, null, null, null);
  }

  /** What the search for a division needs. */
  PartitionSettings partition() {
    return new PartitionSettings(
        division,
        cgb,
        groups,
        minSalient,
        upLim,
        searchOrder,
        breakPoints,
        rowMean,
        publishedMultisplit);
  }

  private static <T> T or(T given, T otherwise) {
    return given == null ? otherwise : given;
  }

  private static void requireRange(String option, int value, int min, int max) {
    if (value < min || value > max) {
      throw PbqException.usage(
          option
              + " "
              + value
              + (max >= 100_000 ? " is below " + min : " is not between " + min + " and " + max));
    }
  }

  private static void requireNotNegative(String option, double value) {
    if (!(value >= 0 && value <= Double.MAX_VALUE)) {
      throw PbqException.usage(option + " " + value + " is not a number of at least 0");
    }
  }
}
