package dev.pbq.gptqpb;

import static dev.pbq.core.quant.SettingChecks.groups;
import static dev.pbq.core.quant.SettingChecks.or;
import static dev.pbq.core.quant.SettingChecks.range;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.pbq.core.packed.ScaleDtype;
import dev.pbq.core.quant.Setting;

/**
 * Settings of round-to-nearest; null takes the default.
 *
 * @param bits width of the codes, 1 to 8; 4
 * @param groupsize columns that share a grid, -1 for the row; -1
 * @param scaleDtype how scales are stored; f16
 */
public record RtnSettings(
    @JsonProperty("bits")
        @Setting(help = "Bits per weight", byDefault = "4", range = "1..8", aliases = "width")
        Integer bits,
    @JsonProperty("groupsize")
        @Setting(
            help = "Columns that share parameters; -1: the whole row",
            byDefault = "-1",
            range = "-1 or 1..")
        Integer groupsize,
    @JsonProperty("scaleDtype") @Setting(help = "How scales are stored", byDefault = "f16")
        ScaleDtype scaleDtype) {
  public RtnSettings {
    bits = or(bits, 4);
    groupsize = or(groupsize, -1);
    scaleDtype = or(scaleDtype, ScaleDtype.F16);
    range("bits", bits, 1, 8);
    groups("groupsize", groupsize, "the whole row");
  }
}
