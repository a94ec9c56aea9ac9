package dev.pbq.train.method;

import static dev.pbq.core.quant.SettingChecks.atLeast;
import static dev.pbq.core.quant.SettingChecks.or;
import static dev.pbq.core.quant.SettingChecks.require;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.packed.ScaleDtype;
import dev.pbq.core.quant.Setting;
import dev.pbq.train.layer.AdapterSettings;
import dev.pbq.train.student.Objective;

/**
 * Settings of HQQ+; null takes the published example's.
 *
 * @param bits width of the frozen codes; 2, or null with a start
 * @param groupsize weights in a group, -1 for a whole row or column; 8, or null with a start
 * @param axis 1 for groups along the inputs, 0 across them; 0, or null with a start
 * @param start a folder of method hqq whose codes are taken; null to make them
 * @param attentionRank rank of the adapters of attention; 32
 * @param mlpRank rank of those of MLPs; 8
 * @param alpha the factor on A B is alpha / rank; null for the rank
 * @param dropout share of the adapters' inputs that are set to 0 in training; 0.05
 * @param trainBias whether each linear gets a trained bias; true
 * @param loss what is minimized; sft
 * @param compat whether A starts within 1/sqrt(rank), as in the program, which meant
 *     1/sqrt(inputs); false
 * @param mergeZero whether zero points move into the adapters; false
 * @param scaleDtype how scales, zero points, adapters and biases are stored; f16
 */
public record HqqPlusSettings(
    @JsonProperty("bits")
        @Setting(
            help = "Width of the frozen codes; 1.58 for ternary weights",
            byDefault = "2, or the start's with {start}",
            words = {"8", "6", "5", "4", "3", "2", "1.58", "1"},
            label = "N")
        Double bits,
    @JsonProperty("groupsize")
        @Setting(
            help = "Weights in a group; -1 for a whole row ({axis} 1) or column ({axis} 0)",
            byDefault = "8, or the start's with {start}",
            range = "-1 or 1..")
        Integer groupsize,
    @JsonProperty("axis")
        @Setting(
            help = "1: groups of consecutive weights; 0: groups across them",
            byDefault = "0, or the start's with {start}",
            range = "0 or 1",
            label = "A")
        Integer axis,
    @JsonProperty("start")
        @Setting(
            help = "Take the codes of this result of 'pbq quantize --method hqq'",
            byDefault = "none",
            label = "DIR")
        String start,
    @JsonProperty("attentionRank")
        @Setting(help = "Rank of the adapters of attention", byDefault = "32", range = "1..")
        Integer attentionRank,
    @JsonProperty("mlpRank")
        @Setting(help = "Rank of the adapters of MLPs", byDefault = "8", range = "1..")
        Integer mlpRank,
    @JsonProperty("alpha")
        @Setting(
            help = "Adapters count with this number over their rank",
            byDefault = "none: the rank",
            range = ">0..")
        Double alpha,
    @JsonProperty("dropout")
        @Setting(
            help = "Share of the adapters' inputs that are set to 0 in training",
            byDefault = "0.05",
            range = "0..<1")
        Double dropout,
    @JsonProperty("trainBias")
        @Setting(
            help = "Whether each linear gets a trained bias",
            byDefault = "true",
            negatable = true)
        Boolean trainBias,
    @JsonProperty("loss")
        @Setting(
            help =
                "sft: cross entropy of the next token; kd: divergence from the original's"
                    + " predictions",
            byDefault = "sft")
        Loss loss,
    @JsonProperty("compat")
        @Setting(
            help = "Start A within 1/sqrt(rank), as the program does, not 1/sqrt(inputs)",
            byDefault = "false")
        Boolean compat,
    @JsonProperty("mergeZero")
        @Setting(
            help = "Move the zero points into the adapters: for groups of whole rows or columns",
            byDefault = "false")
        Boolean mergeZero,
    @JsonProperty("scaleDtype")
        @Setting(
            help = "How scales, zero points, adapters and biases are stored",
            byDefault = "f16")
        ScaleDtype scaleDtype) {
  /** What is minimized. */
  public enum Loss {
    /** Cross entropy of the next token. */
    @JsonProperty("sft")
    SFT,
    /** Divergence from the original's predictions. */
    @JsonProperty("kd")
    KD;

    Objective objective() {
      return this == SFT ? Objective.LANGUAGE_MODEL : new Objective(0, 1, 0);
    }
  }

  public HqqPlusSettings {
    if (start != null && (bits != null || groupsize != null || axis != null)) {
      throw PbqException.setting(
          "{start} brings its codes: {bits}, {groupsize} and {axis} do not go with it");
    }
    if (start == null) {
      bits = or(bits, 2.0);
      groupsize = or(groupsize, 8);
      axis = or(axis, 0);
    }
    attentionRank = or(attentionRank, 32);
    mlpRank = or(mlpRank, 8);
    dropout = or(dropout, 0.05);
    trainBias = or(trainBias, true);
    loss = or(loss, Loss.SFT);
    compat = or(compat, false);
    mergeZero = or(mergeZero, false);
    scaleDtype = or(scaleDtype, ScaleDtype.F16);
    atLeast("attentionRank", attentionRank, 1);
    atLeast("mlpRank", mlpRank, 1);
    require(alpha == null || alpha > 0, "alpha", alpha, "not above 0");
    require(dropout >= 0 && dropout < 1, "dropout", dropout, "not at least 0 and below 1");
  }

  /** The settings of method hqq for the codes. */
  ObjectNode codes() {
    ObjectNode codes = JsonNodeFactory.instance.objectNode();
    if (bits == Math.rint(bits)) {
      codes.put("bits", bits.intValue());
    } else {
      codes.put("bits", bits);
    }
    codes.put("groupsize", groupsize).put("axis", axis);
    return codes.put("scaleDtype", scaleDtype == ScaleDtype.F16 ? "f16" : "f32");
  }

  /**
   * The adapter of one layer.
   *
   * @throws PbqException USAGE naming the layer if the rank is more than it can have
   */
  AdapterSettings of(OriginalLinear linear) {
    int rank = linear.isAttention() ? attentionRank : mlpRank;
    int rows = linear.weight().rows();
    int cols = linear.weight().cols();
    if (rank > Math.min(rows, cols)) {
      throw PbqException.setting(
          "%s: "
              + (linear.isAttention() ? "{attentionRank}" : "{mlpRank}")
              + " %s is more than the rank of a layer of [%s, %s]",
          linear.name(),
          rank,
          rows,
          cols);
    }
    double bound = 1 / Math.sqrt(compat ? rank : cols);
    double factor = alpha == null ? 1 : alpha / rank;
    return new AdapterSettings(rank, factor, bound, dropout, scaleDtype, mergeZero);
  }
}
