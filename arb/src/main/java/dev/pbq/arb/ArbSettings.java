package dev.pbq.arb;

import static dev.pbq.core.quant.SettingChecks.atLeast;
import static dev.pbq.core.quant.SettingChecks.or;
import static dev.pbq.core.quant.SettingChecks.range;
import static dev.pbq.core.quant.SettingChecks.require;
import static dev.pbq.core.quant.SettingChecks.share;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.pbq.arb.choice.BreakPoints;
import dev.pbq.arb.choice.CodeChoice;
import dev.pbq.arb.choice.Division;
import dev.pbq.arb.choice.XSolve;
import dev.pbq.arb.partition.PartitionSettings;
import dev.pbq.core.PbqException;
import dev.pbq.core.Wording;
import dev.pbq.core.packed.BitmapCoding;
import dev.pbq.core.packed.GroupLayout.MeanSharing;
import dev.pbq.core.packed.ScaleFormat;
import dev.pbq.core.quant.Setting;

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
    @JsonProperty("preset")
        @Setting(
            help =
                "Where values come from that are not given: the papers' settings, or best: lower"
                    + " perplexity for no more stored bits than the published ARB-LLM_RC",
            byDefault = "published")
        Preset preset,
    @JsonProperty("cgb")
        @Setting(
            help = "Column-group bitmap: divide the salient columns into groups, too",
            byDefault = "false, or true with {preset} best and {division} both",
            negatable = true)
        Boolean cgb,
    @JsonProperty("groups")
        @Setting(help = "Groups on each divided side", byDefault = "2", range = "2..4")
        Integer groups,
    @JsonProperty("division") @Setting(help = "Which bitmaps there are", byDefault = "both")
        Division division,
    @JsonProperty("blocksize")
        @Setting(
            help = "Columns that are divided and fitted together",
            byDefault = "128",
            range = "1..",
            symbol = "k")
        Integer blocksize,
    @JsonProperty("iterations")
        @Setting(
            help = "Alternating updates",
            byDefault = "15",
            range = "0..100000",
            symbol = "T",
            label = "T",
            methods = {"arb", "arb-x", "arb-rc"})
        Integer iterations,
    @JsonProperty("xIterations")
        @Setting(
            help = "Updates of the scales under the calibration metric",
            byDefault = "15",
            range = "0..100000",
            symbol = "T2",
            label = "T2",
            methods = "arb-x")
        Integer xIterations,
    @JsonProperty("xSolve")
        @Setting(
            help =
                "Sequential updates under the calibration metric, or the joint system that they"
                    + " converge to",
            byDefault = "sequential, or joint with {preset} best",
            methods = "arb-x")
        XSolve xSolve,
    @JsonProperty("upLim")
        @Setting(
            help = "Fewer than N salient columns in a block; more than {minSalient}",
            byDefault = "50",
            range = "2..")
        Integer upLim,
    @JsonProperty("minSalient")
        @Setting(
            help = "The smallest number of salient columns that is tried; BiLLM's text has 3",
            byDefault = "1",
            range = "1..")
        Integer minSalient,
    @JsonProperty("searchOrder")
        @Setting(
            help =
                "Planes of signs in the search for salient columns: 2 as the program, 1 as BiLLM's"
                    + " paper",
            byDefault = "2",
            range = "1 or 2")
        Integer searchOrder,
    @JsonProperty("breakPoints")
        @Setting(
            help =
                "Candidates for the split by magnitude: percentiles as the program, or fractions of"
                    + " the largest magnitude as BiLLM's algorithm 2",
            byDefault = "percentile")
        BreakPoints breakPoints,
    @JsonProperty("salientMetric")
        @Setting(
            help = "What makes a column salient: its loss by the Hessian, or its magnitude",
            byDefault = "hessian")
        SalienceMeasure salientMetric,
    @JsonProperty("searchTarget")
        @Setting(
            help =
                "Whose binarization error decides the groups: the metric's (the program) or the"
                    + " weights' (BiLLM's paper)",
            byDefault = "metric, or weight with {preset} best")
        SearchTarget searchTarget,
    @JsonProperty("publishedMultisplit")
        @Setting(
            help =
                "With more than two groups: keep the program's search, which does not start over"
                    + " for each break point",
            byDefault = "false")
        Boolean publishedMultisplit,
    @JsonProperty("rowMean")
        @Setting(
            help = "Whether binarization subtracts the row's mean; not in BiLLM's paper",
            byDefault = "true",
            negatable = true)
        Boolean rowMean,
    @JsonProperty("compensation")
        @Setting(
            help = "How later columns take up a block's error",
            byDefault = "diag, or exact with {codes} or {refine}, or none with {disableGptq}")
        Compensation compensation,
    @JsonProperty("disableGptq")
        @Setting(help = "No compensation: the same as {compensation} none", byDefault = "false")
        Boolean disableGptq,
    @JsonProperty("codes")
        @Setting(
            help =
                "Codes chosen again column by column, each error compensated inside the block:"
                    + " none, signs, or groups (signs and group)",
            byDefault = "none, or groups with {preset} best")
        CodeChoice codes,
    @JsonProperty("refine")
        @Setting(
            help = "Fit all scales of a row together, N times",
            byDefault = "0, or 4 with {preset} best",
            range = "0..1000")
        Integer refine,
    @JsonProperty("shareMeans")
        @Setting(
            help = "A row has a mean for each group, one for the block, or none; needs {refine}",
            byDefault = "each",
            methods = {"billm", "arb", "arb-x"})
        MeanSharing shareMeans,
    @JsonProperty("shareColumns")
        @Setting(
            help = "All groups of a block have the same column scales; needs {refine}",
            byDefault = "false",
            methods = "arb-rc")
        Boolean shareColumns,
    @JsonProperty("percdamp")
        @Setting(
            help = "Damping: share of the Hessian's mean diagonal",
            byDefault = "0.01",
            range = "0..1")
        Double percdamp,
    @JsonProperty("eps")
        @Setting(
            help =
                "Added to denominators of updates; the program has 1e-8, which for arb is below the"
                    + " rounding of stored scales",
            byDefault = "0",
            range = "0..",
            methods = {"arb", "arb-x", "arb-rc"})
        Double eps,
    @JsonProperty("epsX")
        @Setting(
            help =
                "Added to denominators of updates under the calibration metric; the program has"
                    + " 1e-10",
            byDefault = "0",
            range = "0..",
            methods = "arb-x")
        Double epsX,
    @JsonProperty("scaleDtype")
        @Setting(
            help = "How scales are stored; u8: one byte each, on a logarithmic grid of each vector",
            byDefault = "f16, or u8 with {preset} best")
        ScaleFormat scaleDtype,
    @JsonProperty("bitmaps")
        @Setting(
            help = "How bitmaps are stored: raw, as the papers count, or coded near their entropy",
            byDefault = "raw, or coded with {preset} best")
        BitmapCoding bitmaps) {
  private static final int MOST_ITERATIONS = 100_000;

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
      throw PbqException.setting("{disableGptq} contradicts {compensation}");
    }
    codes = or(codes, best ? CodeChoice.GROUPS : CodeChoice.NONE);
    refine = or(refine, best ? 4 : 0);
    boolean refined = codes != CodeChoice.NONE || refine > 0;
    compensation =
        or(
            compensation,
            disableGptq ? Compensation.NONE : refined ? Compensation.EXACT : Compensation.DIAG);
    if (refined && compensation != Compensation.EXACT) {
      throw PbqException.setting(
          "{codes} and {refine} need {compensation} exact: they already compensate inside the"
              + " block");
    }
    shareMeans = or(shareMeans, MeanSharing.EACH);
    shareColumns = or(shareColumns, false);
    percdamp = or(percdamp, 0.01);
    eps = or(eps, 0.0);
    epsX = or(epsX, 0.0);
    scaleDtype = or(scaleDtype, best ? ScaleFormat.U8 : ScaleFormat.F16);
    bitmaps = or(bitmaps, best ? BitmapCoding.CODED : BitmapCoding.RAW);

    range("groups", groups, 2, 4);
    atLeast("blocksize", blocksize, 1);
    range("iterations", iterations, 0, MOST_ITERATIONS);
    range("xIterations", xIterations, 0, MOST_ITERATIONS);
    atLeast("minSalient", minSalient, 1);
    atLeast("upLim", upLim, minSalient + 1);
    range("searchOrder", searchOrder, 1, 2);
    range("refine", refine, 0, 1000);
    notNegative("eps", eps);
    notNegative("epsX", epsX);
    share("percdamp", percdamp);
    if (cgb && !columnsDivided) {
      throw PbqException.setting("{cgb} needs {division} both: it divides the salient columns");
    }
    if ((shareMeans != MeanSharing.EACH || shareColumns) && refine == 0) {
      throw PbqException.setting(
          "%s needs {refine} 1 or more: published fits share nothing between groups",
          Wording.name(shareColumns ? "shareColumns" : "shareMeans"));
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

  private static void notNegative(String setting, double value) {
    require(value >= 0 && value <= Double.MAX_VALUE, setting, value, "not a number of at least 0");
  }
}
