package dev.pbq.cli.option;

import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.PackedCheckpoint;
import dev.pbq.core.packed.ScaleDtype;
import dev.pbq.train.layer.SignRule;
import dev.pbq.train.method.HqqPlus;
import dev.pbq.train.method.OneBit;
import dev.pbq.train.method.PbQat;
import dev.pbq.train.method.TrainingMethod;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which training method, with its settings. */
public final class TrainingMethodOptions {
  private static final List<String> METHODS = List.of(PbQat.NAME, OneBit.NAME, HqqPlus.NAME);

  /** PB-LLM's program warms up over 5 % of the steps. */
  private static final TrainingOptions.Defaults PB_LLM =
      new TrainingOptions.Defaults(1e-4, steps -> (int) Math.ceil(0.05 * steps));

  private static final TrainingOptions.Defaults HQQ_PLUS =
      new TrainingOptions.Defaults(1e-5, steps -> 0, 1, 1, 1024);

  @Option(
      names = "--method",
      paramLabel = "METHOD",
      required = true,
      description = {
        "pb-qat: PB-LLM's quantization-aware training; salient weights stay in 8 bits, all others"
            + " are binarized.",
        "onebit: OneBit's distillation; a sign for each weight, two vectors for each linear.",
        "hqq-plus: HQQ+; frozen codes of HQQ with trained adapters of low rank beside them."
      })
  private String name;

  @Option(
      names = "--salient-frac",
      paramLabel = "F",
      description = "pb-qat: share of the weights that stay (default: ${DEFAULT-VALUE}).")
  private double salientFraction = 0.1;

  @Option(
      names = "--start",
      paramLabel = "DIR",
      description =
          "pb-qat: take the salient weights of this result of 'pbq quantize' by xnor, sign, no,"
              + " 2bit or 4bit, instead of the largest. hqq-plus: take the codes of this result by"
              + " hqq.")
  private Path start;

  @Option(
      names = "--layer",
      paramLabel = "L",
      description =
          "pb-qat: another published layer, without salient weights: ${COMPLETION-CANDIDATES}.")
  private SignRule layer;

  @Option(
      names = "--scale-dtype",
      paramLabel = "T",
      description = "Stored type of scales: f16 or f32 (default: f16).")
  private String scaleDtype = "f16";

  @Mixin private HqqPlusOptions hqqPlus;

  /**
   * A method with what it reads from.
   *
   * @param method what is trained
   * @param defaults its original's
   * @param start closed with this
   */
  public record Opened(
      TrainingMethod method, TrainingOptions.Defaults defaults, Optional<PackedCheckpoint> start)
      implements AutoCloseable {
    @Override
    public void close() {
      start.ifPresent(PackedCheckpoint::close);
    }
  }

  /**
   * The method that was asked for; the caller closes it.
   *
   * @param seed of what starts at random
   * @throws PbqException USAGE for an unknown method or setting; BAD_DATA for a start that is not
   *     packed
   */
  public Opened open(long seed) {
    if (!METHODS.contains(name)) {
      throw PbqException.usage(
          "--method " + name + " is no training method; there are " + String.join(", ", METHODS));
    }
    if (name.equals(HqqPlus.NAME)) {
      return hqqPlus(seed);
    }
    hqqPlus.requireUnused(name);
    if (name.equals(OneBit.NAME)) {
      // 500 steps as published; no more than a quarter of a short run.
      return new Opened(
          new OneBit(dtype()),
          new TrainingOptions.Defaults(4e-4, steps -> Math.min(500, steps / 4)),
          Optional.empty());
    }
    if (layer != null) {
      if (start != null) {
        throw PbqException.usage("--layer and --start exclude each other");
      }
      return new Opened(new PbQat(layer, dtype()), PB_LLM, Optional.empty());
    }
    Optional<PackedCheckpoint> packed = start();
    PbQat method =
        new PbQat(salientFraction, dtype(), packed, start == null ? "" : start.toString());
    return new Opened(method, PB_LLM, packed);
  }

  private Opened hqqPlus(long seed) {
    if (layer != null) {
      throw PbqException.usage("--layer is an option of --method " + PbQat.NAME);
    }
    Optional<PackedCheckpoint> packed = start();
    try {
      return new Opened(hqqPlus.method(packed, start, dtype(), seed), HQQ_PLUS, packed);
    } catch (RuntimeException | Error e) {
      packed.ifPresent(PackedCheckpoint::close);
      throw e;
    }
  }

  private Optional<PackedCheckpoint> start() {
    return Optional.ofNullable(start).map(dir -> PackedCheckpoint.open(ModelFolder.open(dir)));
  }

  private ScaleDtype dtype() {
    return switch (scaleDtype) {
      case "f16" -> ScaleDtype.F16;
      case "f32" -> ScaleDtype.F32;
      default ->
          throw PbqException.usage("--scale-dtype " + scaleDtype + " is neither f16 nor f32");
    };
  }
}
