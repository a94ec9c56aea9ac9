package dev.pbq.gptqpb;

import static dev.pbq.core.quant.SettingChecks.groups;
import static dev.pbq.core.quant.SettingChecks.or;
import static dev.pbq.core.quant.SettingChecks.range;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.pbq.core.PbqException;
import dev.pbq.core.packed.ScaleDtype;
import dev.pbq.core.quant.Setting;

/**
 * Settings of round-to-nearest; null takes the preset's value.
 *
 * @param preset where values come from that are not given; published
 * @param bits width of the codes, 1 to 8; 4
 * @param groupsize columns that share a grid, -1 for the row; -1
 * @param rangeChoice how the limits of a grid are chosen; minmax, with preset best and less than 4
 *     bits mse
 * @param symmetric whether grids are symmetric around zero; false
 * @param scaleDtype how scales are stored; f16
 */
public record RtnSettings(
    @JsonProperty("preset")
        @Setting(
            help =
                "Where values come from that are not given: published, or best for the least loss"
                    + " at the same stored bits",
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
    @JsonProperty("rangeChoice")
        @Setting(
            help =
                "Limits of a grid: the smallest and the largest weight, or those with the least"
                    + " squared error",
            byDefault = "minmax, or mse with {preset} best below 4 bits",
            aliases = "range")
        RangeChoice rangeChoice,
    @JsonProperty("symmetric")
        @Setting(
            help = "Grids symmetric around zero, which fast kernels of other programs want",
            byDefault = "false")
        Boolean symmetric,
    @JsonProperty("scaleDtype") @Setting(help = "How scales are stored", byDefault = "f16")
        ScaleDtype scaleDtype) {
  /** From this width on clipping costs more than a finer grid gains, on some models. */
  private static final int WIDE = 4;

  public RtnSettings {
    preset = or(preset, Preset.PUBLISHED);
    boolean best = preset == Preset.BEST;
    bits = or(bits, 4);
    groupsize = or(groupsize, -1);
    boolean searched = best && bits < WIDE;
    rangeChoice = or(rangeChoice, searched ? RangeChoice.SQUARED_ERROR : RangeChoice.MIN_MAX);
    symmetric = or(symmetric, false);
    scaleDtype = or(scaleDtype, ScaleDtype.F16);
    if (rangeChoice == RangeChoice.WEIGHTED_ERROR) {
      throw PbqException.setting("{rangeChoice} hessian needs a calibrated method, such as gptq");
    }
    range("bits", bits, 1, 8);
    groups("groupsize", groupsize, "the whole row");
  }
}
