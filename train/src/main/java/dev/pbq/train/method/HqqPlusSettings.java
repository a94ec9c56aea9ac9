package dev.pbq.train.method;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.packed.ScaleDtype;
import dev.pbq.train.layer.AdapterSettings;
import dev.pbq.train.student.Objective;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * How adapters are shaped and trained; {@link #published} has what the published example has.
 *
 * @param attentionRank rank of the adapters of attention
 * @param mlpRank rank of those of MLPs
 * @param alpha the factor on A B is alpha / rank; empty for alpha = rank
 * @param dropout share of the adapters' inputs that are set to 0 in training
 * @param trainBias whether each linear gets a trained bias
 * @param loss what is minimized
 * @param compatStart whether A starts within 1/sqrt(rank), as in the program, which meant
 *     1/sqrt(inputs)
 * @param mergeZero whether zero points move into the adapters
 * @param adapterDtype how adapters and biases are stored
 * @param seed of the start of A
 */
public record HqqPlusSettings(
    int attentionRank,
    int mlpRank,
    OptionalDouble alpha,
    double dropout,
    boolean trainBias,
    Loss loss,
    boolean compatStart,
    boolean mergeZero,
    ScaleDtype adapterDtype,
    long seed) {
  /** What is minimized. */
  public enum Loss {
    /** Cross entropy of the next token. */
    SFT,
    /** Divergence from the original's predictions. */
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
    requireRank("attentionRank", attentionRank);
    requireRank("mlpRank", mlpRank);
    if (!(alpha.orElse(1) > 0)) {
      throw PbqException.setting("{alpha} %s is not above 0", alpha.getAsDouble());
    }
    if (!(dropout >= 0 && dropout < 1)) {
      throw PbqException.setting("{dropout} %s is not at least 0 and below 1", dropout);
    }
  }

  private static void requireRank(String name, int rank) {
    if (rank < 1) {
      throw PbqException.setting("{" + name + "} %s is not at least 1", rank);
    }
  }

  /** The published example's. */
  public static HqqPlusSettings published(long seed) {
    return new HqqPlusSettings(
        32, 8, OptionalDouble.empty(), 0.05, true, Loss.SFT, false, false, ScaleDtype.F16, seed);
  }

  /** The same, with adapters and biases stored as another type. */
  public HqqPlusSettings stored(ScaleDtype dtype) {
    return new HqqPlusSettings(
        attentionRank,
        mlpRank,
        alpha,
        dropout,
        trainBias,
        loss,
        compatStart,
        mergeZero,
        dtype,
        seed);
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
    double bound = 1 / Math.sqrt(compatStart ? rank : cols);
    return new AdapterSettings(
        rank, alpha.orElse(rank) / rank, bound, dropout, adapterDtype, mergeZero);
  }

  void describe(ObjectNode settings) {
    settings.put("attentionRank", attentionRank);
    settings.put("mlpRank", mlpRank);
    alpha.ifPresent(value -> settings.put("alpha", value));
    settings.put("dropout", dropout);
    settings.put("trainBias", trainBias);
    settings.put("loss", loss.name().toLowerCase(Locale.ROOT));
    settings.put("compat", compatStart);
    settings.put("mergeZero", mergeZero);
    settings.put("scaleDtype", adapterDtype == ScaleDtype.F16 ? "f16" : "f32");
  }
}
