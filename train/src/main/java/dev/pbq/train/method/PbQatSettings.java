package dev.pbq.train.method;

import static dev.pbq.core.quant.SettingChecks.or;
import static dev.pbq.core.quant.SettingChecks.require;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.pbq.core.PbqException;
import dev.pbq.core.packed.ScaleDtype;
import dev.pbq.core.quant.Setting;
import dev.pbq.train.layer.SignRule;

/**
 * Settings of PB-LLM's quantization-aware training; null takes the default.
 *
 * @param salientFrac share of the weights that stay, 0 to below 1; 0.1
 * @param start a folder quantized by xnor, sign, no, 2bit or 4bit whose salient weights stay; null
 *     for the largest and smallest
 * @param layer another published layer, without salient weights; null for PB-LLM's own
 * @param scaleDtype the stored type of scales; f16
 */
public record PbQatSettings(
    @JsonProperty("salientFrac")
        @Setting(
            help = "Share of the weights that stay in 8 bits; the others are binarized",
            byDefault = "0.1",
            range = "0..1")
        Double salientFrac,
    @JsonProperty("start")
        @Setting(
            help =
                "Take the salient weights of this result of 'pbq quantize' by xnor, sign, no, 2bit"
                    + " or 4bit, instead of the largest",
            byDefault = "none",
            label = "DIR")
        String start,
    @JsonProperty("layer")
        @Setting(
            help = "Another published layer, without salient weights",
            byDefault = "none: PB-LLM's own")
        SignRule layer,
    @JsonProperty("scaleDtype") @Setting(help = "How scales are stored", byDefault = "f16")
        ScaleDtype scaleDtype) {
  public PbQatSettings {
    salientFrac = or(salientFrac, 0.1);
    scaleDtype = or(scaleDtype, ScaleDtype.F16);
    require(
        salientFrac >= 0 && salientFrac < 1,
        "salientFrac",
        salientFrac,
        "not at least 0 and below 1");
    if (layer != null && start != null) {
      throw PbqException.setting("{start} and {layer} exclude each other");
    }
  }

  /** The defaults. */
  public static final PbQatSettings DEFAULT = new PbQatSettings(null, null, null, null);

  /** The same with another share of weights that stay. */
  public PbQatSettings withSalientFrac(double share) {
    return new PbQatSettings(share, start, layer, scaleDtype);
  }

  /** The same with another layer. */
  public PbQatSettings withLayer(SignRule rule) {
    return new PbQatSettings(salientFrac, start, rule, scaleDtype);
  }
}
