package dev.pbq.gptqpb;

import static dev.pbq.core.quant.SettingChecks.atLeast;
import static dev.pbq.core.quant.SettingChecks.groups;
import static dev.pbq.core.quant.SettingChecks.or;
import static dev.pbq.core.quant.SettingChecks.range;
import static dev.pbq.core.quant.SettingChecks.share;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.pbq.core.packed.ScaleDtype;
import dev.pbq.core.quant.Setting;

/**
 * Settings of GPTQ; null takes the preset's value.
 *
 * @param preset where values come from that are not given; published
 * @param bits width of the codes, 1 to 8; 4
 * @param groupsize columns that share a grid, -1 for the row; -1
 * @param percdamp damping as a share of the mean diagonal of H; 0.01
 * @param dampingChoice whether that share is for all layers, or each layer has the best of a few;
 *     fixed, with preset best and no percdamp given heldout
 * @param blocksize columns between two trailing updates; 128. Affects rounding only
 * @param actOrder whether columns are visited by falling diagonal of H; false, with preset best
 *     true
 * @param actGroups what a group of columns is then; visited, with preset best whole
 * @param rangeChoice how the limits of a grid are chosen; minmax, with preset best hessian
 * @param symmetric whether grids are symmetric around zero; false
 * @param scaleDtype how scales are stored; f16
 */
public record GptqSettings(
    @JsonProperty("preset")
        @Setting(
            help =
                "Where values come from that are not given: the paper's settings, or best, the"
                    + " better choice: least loss at the same stored bits",
            byDefault = "published")
        Preset preset,
    @JsonProperty("bits")
        @Setting(help = "Bits per weight", byDefault = "4", range = "1..8", aliases = "width")
        Integer bits,
    @JsonProperty("groupsize")
        @Setting(
            help = "Columns that share parameters; -1: the whole row",
            byDefault = "-1",
            range = "-1 or 1..")
        Integer groupsize,
    @JsonProperty("percdamp")
        @Setting(
            help = "Damping: share of the Hessian's mean diagonal",
            byDefault = "0.01",
            range = "0..1")
        Double percdamp,
    @JsonProperty("dampingChoice")
        @Setting(
            help =
                "Damping of each layer: {percdamp} (fixed), or the best of 0.003, 0.01, 0.03 and"
                    + " 0.1 on held-out calibration windows (heldout)",
            byDefault = "fixed, or heldout with {preset} best where {percdamp} is not given")
        DampingChoice dampingChoice,
    @JsonProperty("blocksize")
        @Setting(
            help = "Columns between two updates of the remaining weights; affects rounding only",
            byDefault = "128",
            range = "1..")
        Integer blocksize,
    @JsonProperty("actOrder")
        @Setting(
            help = "Quantize columns by descending input energy",
            byDefault = "false, or true with {preset} best",
            negatable = true)
        Boolean actOrder,
    @JsonProperty("actGroups")
        @Setting(
            help =
                "What a group is with {actOrder}: columns visited one after the other, whose groups"
                    + " are stored (visited); neighbours with grids of the original weights"
                    + " (static); neighbours, visited group by group (whole)",
            byDefault = "visited, or whole with {preset} best")
        ActGroups actGroups,
    @JsonProperty("rangeChoice")
        @Setting(
            help =
                "Limits of a grid: the smallest and the largest weight (minmax), or those with the"
                    + " least squared error (mse), columns weighed by what their error costs"
                    + " (hessian)",
            byDefault = "minmax, or hessian with {preset} best",
            aliases = "range")
        RangeChoice rangeChoice,
    @JsonProperty("symmetric")
        @Setting(
            help = "Grids symmetric around zero, which fast kernels of other programs want",
            byDefault = "false")
        Boolean symmetric,
    @JsonProperty("scaleDtype") @Setting(help = "How scales are stored", byDefault = "f16")
        ScaleDtype scaleDtype) {
  public GptqSettings {
    preset = or(preset, Preset.PUBLISHED);
    boolean best = preset == Preset.BEST;
    bits = or(bits, 4);
    groupsize = or(groupsize, -1);
    dampingChoice =
        or(dampingChoice, best && percdamp == null ? DampingChoice.HELD_OUT : DampingChoice.FIXED);
    percdamp = or(percdamp, 0.01);
    blocksize = or(blocksize, 128);
    actOrder = or(actOrder, best);
    actGroups = or(actGroups, best ? ActGroups.WHOLE : ActGroups.VISITED);
    rangeChoice = or(rangeChoice, best ? RangeChoice.WEIGHTED_ERROR : RangeChoice.MIN_MAX);
    symmetric = or(symmetric, false);
    scaleDtype = or(scaleDtype, ScaleDtype.F16);
    range("bits", bits, 1, 8);
    groups("groupsize", groupsize, "the whole row");
    share("percdamp", percdamp);
    atLeast("blocksize", blocksize, 1);
  }

  /** The same with one damping for all layers. */
  GptqSettings damped(double share) {
    return new GptqSettings(
        preset,
        bits,
        groupsize,
        share,
        DampingChoice.FIXED,
        blocksize,
        actOrder,
        actGroups,
        rangeChoice,
        symmetric,
        scaleDtype);
  }
}
