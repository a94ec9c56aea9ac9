package dev.pbq.gptqpb;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.pbq.core.packed.ScaleDtype;

/**
 * Settings of GPTQ; null takes the default.
 *
 * @param bits width of the codes, 1 to 8; 4
 * @param groupsize columns that share a grid, -1 for the row; -1
 * @param percdamp damping as a share of the mean diagonal of H; 0.01
 * @param blocksize columns between two trailing updates; 128. Affects rounding only
 * @param actOrder whether columns are visited by falling diagonal of H; false
 * @param scaleDtype how scales are stored; f16
 */
public record GptqSettings(
    @JsonProperty("bits") Integer bits,
    @JsonProperty("groupsize") Integer groupsize,
    @JsonProperty("percdamp") Double percdamp,
    @JsonProperty("blocksize") Integer blocksize,
    @JsonProperty("actOrder") Boolean actOrder,
    @JsonProperty("scaleDtype") ScaleDtype scaleDtype) {
  public GptqSettings {
    bits = bits == null ? 4 : bits;
    groupsize = groupsize == null ? -1 : groupsize;
    percdamp = percdamp == null ? 0.01 : percdamp;
    blocksize = blocksize == null ? 128 : blocksize;
    actOrder = actOrder != null && actOrder;
    scaleDtype = scaleDtype == null ? ScaleDtype.F16 : scaleDtype;
    SettingChecks.requireBits("--bits", bits);
    SettingChecks.requireGroupsize(groupsize);
    SettingChecks.requirePercdamp(percdamp);
    SettingChecks.requireBlocksize(blocksize);
  }
}
