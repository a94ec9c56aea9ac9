package dev.pbq.train.method;

import static dev.pbq.core.quant.SettingChecks.atLeast;
import static dev.pbq.core.quant.SettingChecks.or;
import static dev.pbq.core.quant.SettingChecks.require;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.pbq.core.PbqException;
import dev.pbq.core.packed.ScaleDtype;
import dev.pbq.core.quant.Setting;
import dev.pbq.train.layer.AdapterSettings;
import dev.pbq.train.student.Objective;

/**
 * Settings of HQQ+; null takes what the published example has.
 *
 * @param bits of the frozen codes; 2
 * @param groupsize weights in a group, -1 for a whole row or column; 8
 * @param axis 1: groups along the inputs, 0: across them; 0
 * @param start a result of method hqq whose codes are taken; null to make them
 * @param attentionRank rank of the adapters of attention; 32
 * @param mlpRank rank of those of MLPs; 8
 * @param alpha the factor on A B is alpha / rank; null for alpha = rank
 * @param dropout share of the adapters' inputs that are set to 0 in training; 0.05
 * @param trainBias whether each linear gets a trained bias; true
 * @param loss what is minimized; sft
 * @param compat whether A starts within 1/sqrt(rank), as in the program, which meant
 *     1/sqrt(inputs); false
 * @param mergeZero whether zero points move into the adapters; false
 * @param adapterSeed of the start of A; 42
 * @param scaleDtype how scales, adapters and biases are stored; f16
 */
public record HqqPlusSettings(
    @JsonProperty("bits")
        @Setting(
            help = "Bits per frozen code; 1.58 for ternary ones",
            byDefault = "2",
            words = {"8", "6", "5", "4", "3", "2", "1.58", "1"},
            label = "N")
        Double bits,
    @JsonProperty("groupsize")
        @Setting(
            help = "Weights in a group; -1: a whole row or column",
            byDefault = "8",
            range = "-1 or 1..")
        Integer groupsize,
    @JsonProperty("axis")
        @Setting(
            help = "1: groups along the inputs; 0: across them",
            byDefault = "0",
            range = "0..1")
        Integer axis,
    @JsonProperty("start")
        @Setting(
            help = "Take the codes of this result of 'pbq quantize --method hqq'",
            byDefault = "none",
            label = "DIR")
        String start,
    @JsonProperty("attentionRank")
        @Setting(
            help = "Rank of the adapters of attention",
            byDefault = "32",
            range = "1..",
            symbol = "r")
        Integer attentionRank,
    @JsonProperty("mlpRank")
        @Setting(
            help = "Rank of the adapters of MLPs",
            byDefault = "8",
            range = "1..",
            symbol = "r")
        Integer mlpRank,
    @JsonProperty("alpha")
        @Setting(help = "Adapters count with this over their rank", byDefault = "the rank")
        Double alpha,
    @JsonProperty("dropout")
        @Setting(
            help = "Share of the adapters' inputs that are set to 0 in training",
            byDefault = "0.05",
            range = "0..1")
        Double dropout,
    @JsonProperty("trainBias")
        @Setting(help = "Give each linear a trained bias", byDefault = "true", negatable = true)
        Boolean trainBias,
    @JsonProperty("loss")
        @Setting(
            help =
                "What is minimized: sft, cross entropy of the next token; kd, divergence from the"
                    + " teacher's predictions",
            byDefault = "sft")
        Loss loss,
    @JsonProperty("compat")
        @Setting(
            help = "Start A within 1/sqrt(rank), as the program does, not 1/sqrt(inputs)",
            byDefault = "false")
        Boolean compat,
    @JsonProperty("mergeZero")
        @Setting(
            help = "Move zero points into the adapters: for groups of whole rows or columns",
            byDefault = "false")
        Boolean mergeZero,
    @JsonProperty("adapterSeed") @Setting(help = "Of the start of A", byDefault = "42")
        Integer adapterSeed,
    @JsonProperty("scaleDtype")
        @Setting(help = "How scales, adapters and biases are stored", byDefault = "f16")
        ScaleDtype scaleDtype) {
  /** What the published example has. */
  public static final HqqPlusSettings DEFAULT =
      new HqqPlusSettings(
          null, null, null, null, null, null, null, null, null, null, null, null, null, null);

  /** What is minimized. */
  public enum Loss {
    /** Cross entropy of the next token. */
    @JsonProperty("sft")
    SFT,
    /** Divergence from the teacher's predictions. */
    @JsonProperty("kd")
    KD;

    Objective objective() {
      return this == SFT ? Objective.LANGUAGE_MODEL : new Objective(0, 1, 0);
    }
  }

  /**
   * Checks.
   *
   * @throws PbqException USAGE naming the setting that makes no sense
   */
  public HqqPlusSettings {
    if (start != null && (bits != null || groupsize != null || axis != null)) {
      throw PbqException.setting(
          "{start} brings its codes: {bits}, {groupsize} and {axis} go without it");
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
    adapterSeed = or(adapterSeed, 42);
    scaleDtype = or(scaleDtype, ScaleDtype.F16);
    atLeast("attentionRank", attentionRank, 1);
    atLeast("mlpRank", mlpRank, 1);
    require(alpha == null || alpha > 0, "alpha", alpha, "not above 0");
    require(dropout >= 0 && dropout < 1, "dropout", dropout, "not at least 0 and below 1");
  }

  /**
   * The adapter of one layer.
   *
   * @throws PbqException USAGE naming the layer if the rank is more than it can have
   */
  AdapterSettings of(OriginalLinear linear) {
    int rank = rank(linear.isAttention());
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
    return new AdapterSettings(
        rank, or(alpha, (double) rank) / rank, bound, dropout, scaleDtype, mergeZero);
  }

  private int rank(boolean isAttention) {
    return isAttention ? attentionRank : mlpRank;
  }
}
