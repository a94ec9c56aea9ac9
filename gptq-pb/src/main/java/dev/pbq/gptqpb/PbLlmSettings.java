package dev.pbq.gptqpb;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.pbq.core.PbqException;
import dev.pbq.core.packed.ScaleDtype;

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
    @JsonProperty("lowFrac") Double lowFrac,
    @JsonProperty("highBit") Integer highBit,
    @JsonProperty("salientMetric") SalientMetric salientMetric,
    @JsonProperty("blocksize") Integer blocksize,
    @JsonProperty("groupsize") Integer groupsize,
    @JsonProperty("percdamp") Double percdamp,
    @JsonProperty("disableGptq") Boolean disableGptq,
    @JsonProperty("maskedStatistics") Boolean maskedStatistics,
    @JsonProperty("scaleDtype") ScaleDtype scaleDtype) {
  public PbLlmSettings {
    if (lowFrac == null) {
      throw PbqException.usage(
          "--low-frac is required: the fraction of weights to binarize, e.g. 0.9");
    }
    if (!(lowFrac > 0 && lowFrac < 1)) {
      throw PbqException.usage("--low-frac " + lowFrac + " is not between 0 and 1 (exclusive)");
    }
    highBit = highBit == null ? 8 : highBit;
    salientMetric = salientMetric == null ? SalientMetric.MAGNITUDE : salientMetric;
    blocksize = blocksize == null ? 128 : blocksize;
    groupsize = groupsize == null ? -1 : groupsize;
    percdamp = percdamp == null ? 0.01 : percdamp;
    disableGptq = disableGptq != null && disableGptq;
    maskedStatistics = maskedStatistics != null && maskedStatistics;
    scaleDtype = scaleDtype == null ? ScaleDtype.F16 : scaleDtype;
    SettingChecks.requireBits("--high-bit", highBit);
    SettingChecks.requireBlocksize(blocksize);
    SettingChecks.requireGroupsize(groupsize);
    SettingChecks.requirePercdamp(percdamp);
  }

  /** The defaults, for a low fraction. */
  public static PbLlmSettings of(double lowFrac) {
    return new PbLlmSettings(lowFrac, null, null, null, null, null, null, null, null);
  }
}
