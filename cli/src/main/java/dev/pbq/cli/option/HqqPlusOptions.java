package dev.pbq.cli.option;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.PackedCheckpoint;
import dev.pbq.core.packed.ScaleDtype;
import dev.pbq.core.quant.Methods;
import dev.pbq.core.quant.SettingValues;
import dev.pbq.train.method.HqqBase;
import dev.pbq.train.method.HqqPlus;
import dev.pbq.train.method.HqqPlusSettings;
import dev.pbq.train.method.PackedBase;
import dev.pbq.train.method.QuantizedBase;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** The options of {@code --method hqq-plus}. */
public final class HqqPlusOptions {
  @ArgGroup(exclusive = false, heading = "%nOptions of --method hqq-plus:%n")
  private Given given;

  /** Null as a whole where none of them is given. */
  static final class Given {
    @Option(
        names = "--bits",
        paramLabel = "N",
        description = "Width of the frozen codes: 8, 6, 5, 4, 3, 2, 1.58 or 1 (default: 2).")
    private String bits;

    @Option(
        names = "--groupsize",
        paramLabel = "N",
        description = "Weights in a group; -1 for a whole row or column (default: 8).")
    private String groupsize;

    @Option(
        names = "--axis",
        paramLabel = "A",
        description = "1: groups along the inputs; 0: across them (default: 0).")
    private String axis;

    @Option(
        names = "-O",
        paramLabel = "KEY=VALUE",
        description = "Another setting of method hqq, for the frozen codes.")
    private Map<String, String> others = new LinkedHashMap<>();

    @Option(
        names = "--attention-rank",
        paramLabel = "R",
        description = "Rank of the adapters of attention (default: ${DEFAULT-VALUE}).",
        defaultValue = "32")
    private int attentionRank;

    @Option(
        names = "--mlp-rank",
        paramLabel = "R",
        description = "Rank of the adapters of MLPs (default: ${DEFAULT-VALUE}).",
        defaultValue = "8")
    private int mlpRank;

    @Option(
        names = "--alpha",
        paramLabel = "X",
        description = "Adapters count with X / rank (default: the rank).")
    private Double alpha;

    @Option(
        names = "--dropout",
        paramLabel = "P",
        description =
            "Share of the adapters' inputs that are set to 0 in training (default:"
                + " ${DEFAULT-VALUE}).",
        defaultValue = "0.05")
    private double dropout;

    @Option(
        names = "--train-bias",
        negatable = true,
        defaultValue = "true",
        fallbackValue = "true",
        description = "Whether each linear gets a trained bias (default: true).")
    private boolean trainBias;

    @Option(
        names = "--loss",
        paramLabel = "L",
        defaultValue = "sft",
        description =
            "sft: cross entropy of the next token; kd: divergence from the original's"
                + " predictions (default: ${DEFAULT-VALUE}).")
    private String loss;

    @Option(
        names = "--compat",
        description = "Start A within 1/sqrt(rank), as the program does, not 1/sqrt(inputs).")
    private boolean compat;

    @Option(
        names = "--merge-zero",
        description =
            "Move the zero points into the adapters: for groups of whole rows or columns.")
    private boolean mergeZero;
  }

  /**
   * Refuses these options beside another method.
   *
   * @throws PbqException USAGE
   */
  void requireUnused(String method) {
    if (given != null) {
      throw PbqException.usage(
          "--method " + method + " takes no options of --method hqq-plus; see pbq train --help");
    }
  }

  /**
   * The method.
   *
   * @param start a result of method hqq with its name, where the codes are not to be made anew
   * @throws PbqException USAGE naming an option that makes no sense
   */
  HqqPlus method(Optional<PackedCheckpoint> start, Path startName, ScaleDtype dtype, long seed) {
    HqqPlusSettings settings = settings(dtype, seed);
    if (start.isEmpty()) {
      return new HqqPlus(settings, quantized(dtype));
    }
    if (!codes().isEmpty()) {
      throw PbqException.setting(
          "{start} brings its codes: --bits, --groupsize, --axis and -O go without it");
    }
    HqqBase base = new PackedBase(start.get(), startName.toString());
    return new HqqPlus(settings, base);
  }

  private HqqPlusSettings settings(ScaleDtype dtype, long seed) {
    if (given == null) {
      return HqqPlusSettings.published(seed).stored(dtype);
    }
    HqqPlusSettings.Loss loss =
        switch (given.loss) {
          case "sft" -> HqqPlusSettings.Loss.SFT;
          case "kd" -> HqqPlusSettings.Loss.KD;
          default -> throw PbqException.usage("--loss " + given.loss + " is neither sft nor kd");
        };
    return new HqqPlusSettings(
        given.attentionRank,
        given.mlpRank,
        given.alpha == null ? OptionalDouble.empty() : OptionalDouble.of(given.alpha),
        given.dropout,
        given.trainBias,
        loss,
        given.compat,
        given.mergeZero,
        dtype,
        seed);
  }

  private Map<String, String> codes() {
    Map<String, String> codes = new LinkedHashMap<>();
    if (given != null) {
      put(codes, "bits", given.bits);
      put(codes, "groupsize", given.groupsize);
      put(codes, "axis", given.axis);
      codes.putAll(given.others);
    }
    return codes;
  }

  private static void put(Map<String, String> codes, String key, String value) {
    if (value != null) {
      codes.put(key, value);
    }
  }

  /** The published example's codes, and what is given. */
  private HqqBase quantized(ScaleDtype dtype) {
    ObjectNode settings = JsonNodeFactory.instance.objectNode();
    settings.put("bits", 2).put("groupsize", 8).put("axis", 0);
    settings.put("scaleDtype", dtype == ScaleDtype.F16 ? "f16" : "f32");
    codes().forEach((key, value) -> SettingValues.put(settings, key, value));
    return new QuantizedBase(Methods.load().configure(QuantizedBase.METHOD, settings));
  }
}
