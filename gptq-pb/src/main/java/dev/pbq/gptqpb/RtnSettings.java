package dev.pbq.gptqpb;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.pbq.core.packed.ScaleDtype;

/**
 * Settings of round-to-nearest; null takes the default.
 *
 * @param bits width of the codes, 1 to 8; 4
 * @param groupsize columns that share a grid, -1 for the row; -1
 * @param scaleDtype how scales are stored; f16
 */
public record RtnSettings(
    @JsonProperty("bits") Integer bits,
    @JsonProperty("groupsize") Integer groupsize,
    @JsonProperty("scaleDtype") ScaleDtype scaleDtype) {
  public RtnSettings {
    bits = bits == null ? 4 : bits;
    groupsize = groupsize == null ? -1 : groupsize;
    scaleDtype = scaleDtype == null ? ScaleDtype.F16 : scaleDtype;
    SettingChecks.requireBits("--bits", bits);
    SettingChecks.requireGroupsize(groupsize);
  }
}
