package dev.pbq.train.method;

import static dev.pbq.core.quant.SettingChecks.atLeast;
import static dev.pbq.core.quant.SettingChecks.or;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.pbq.core.packed.ScaleDtype;
import dev.pbq.core.quant.Setting;

/**
 * Settings of OneBit; null takes the default.
 *
 * @param kdReferenceLength tokens of the windows for which the published balance of divergence and
 *     hidden-state term holds; 2048
 * @param scaleDtype the stored type of the vectors; f16
 */
public record OneBitSettings(
    @JsonProperty("kdReferenceLength")
        @Setting(
            help =
                "Tokens of the windows for which the published balance of the two loss terms holds;"
                    + " it is kept for windows of any length",
            byDefault = "2048",
            range = "1..")
        Integer kdReferenceLength,
    @JsonProperty("scaleDtype") @Setting(help = "How vectors are stored", byDefault = "f16")
        ScaleDtype scaleDtype) {
  public OneBitSettings {
    kdReferenceLength = or(kdReferenceLength, 2048);
    scaleDtype = or(scaleDtype, ScaleDtype.F16);
    atLeast("kdReferenceLength", kdReferenceLength, 1);
  }

  /** The defaults. */
  public static final OneBitSettings DEFAULT = new OneBitSettings(null, null);
}
