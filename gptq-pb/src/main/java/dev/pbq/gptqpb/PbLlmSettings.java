package dev.pbq.gptqpb;

import static dev.pbq.core.quant.SettingChecks.atLeast;
import static dev.pbq.core.quant.SettingChecks.groups;
import static dev.pbq.core.quant.SettingChecks.or;
import static dev.pbq.core.quant.SettingChecks.range;
import static dev.pbq.core.quant.SettingChecks.require;
import static dev.pbq.core.quant.SettingChecks.share;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.pbq.core.PbqException;
import dev.pbq.core.packed.ScaleDtype;
import dev.pbq.core.quant.Setting;

/**
 * Settings of PB-LLM; null takes the default.
 *
 * @param lowFrac fraction of the weights that are not salient, between 0 and 1 exclusive; no
 *     default
 * @param highBit bits of salient weights, 1 to 8; 8
 * @param salientMetric what makes a weight salient; magnitude, as in the reference (the paper's
 *     LLaMA results were made with hessian)
 * @param blocksize columns between two trailing updates; 128. Affects rounding only
 * @param groupsize columns that share a saliency threshold and low parameters, -1 for the row; -1
 * @param percdamp damping as a share of the mean diagonal of H; 0.01
 * @param disableGptq no error compensation; false
 * @param maskedStatistics xnor's mean and scale over non-salient weights only, as the paper has it,
 *     where the reference counts salient places as zeros; false
 * @param scaleDtype how scales, means, levels and unquantized weights are stored; f16
 */
public record PbLlmSettings(
    @JsonProperty("lowFrac")
        @Setting(
            help =
                "Share of weights that is not salient, and so binarized (or what the method does"
                    + " with them): 0.9 leaves 10% salient",
            range = ">0..<1",
            label = "F",
            symbol = "r")
        Double lowFrac,
    @JsonProperty("highBit")
        @Setting(help = "Bits of salient weights", byDefault = "8", range = "1..8", symbol = "N_s")
        Integer highBit,
    @JsonProperty("salientMetric")
        @Setting(
            help =
                "What makes a weight salient: its magnitude, or hessian (the paper's LLaMA"
                    + " results)",
            byDefault = "magnitude")
        SalientMetric salientMetric,
    @JsonProperty("blocksize")
        @Setting(
            help = "Columns between two updates of the remaining weights; affects rounding only",
            byDefault = "128",
            range = "1..")
        Integer blocksize,
    @JsonProperty("groupsize")
        @Setting(
            help = "Columns that share a saliency threshold and parameters; -1: the whole row",
            byDefault = "-1",
            range = "-1 or 1..")
        Integer groupsize,
    @JsonProperty("percdamp")
        @Setting(
            help = "Damping: share of the Hessian's mean diagonal",
            byDefault = "0.01",
            range = "0..1")
        Double percdamp,
    @JsonProperty("disableGptq")
        @Setting(
            help = "Round without compensating the error in later columns",
            byDefault = "false")
        Boolean disableGptq,
    @JsonProperty("maskedStatistics")
        @Setting(
            help =
                "Mean and scale over the binarized weights alone, as in the paper; the reference"
                    + " program counts salient weights as zeros",
            byDefault = "false",
            methods = "xnor")
        Boolean maskedStatistics,
    @JsonProperty("scaleDtype")
        @Setting(
            help = "How scales, means, levels and unquantized weights are stored",
            byDefault = "f16")
        ScaleDtype scaleDtype) {
  public PbLlmSettings {
    if (lowFrac == null) {
      throw PbqException.setting(
          "{lowFrac} is required: the fraction of weights to binarize, e.g. 0.9");
    }
    require(lowFrac > 0 && lowFrac < 1, "lowFrac", lowFrac, "not between 0 and 1 (exclusive)");
    highBit = or(highBit, 8);
    salientMetric = or(salientMetric, SalientMetric.MAGNITUDE);
    blocksize = or(blocksize, 128);
    groupsize = or(groupsize, -1);
    percdamp = or(percdamp, 0.01);
    disableGptq = or(disableGptq, false);
    maskedStatistics = or(maskedStatistics, false);
    scaleDtype = or(scaleDtype, ScaleDtype.F16);
    range("highBit", highBit, 1, 8);
    atLeast("blocksize", blocksize, 1);
    groups("groupsize", groupsize, "the whole row");
    share("percdamp", percdamp);
  }

  /** The defaults, for a low fraction. */
  public static PbLlmSettings of(double lowFrac) {
    return new PbLlmSettings(lowFrac, null, null, null, null, null, null, null, null);
  }
}
