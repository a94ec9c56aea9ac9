package dev.pbq.cli.option;

import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.PackedCheckpoint;
import dev.pbq.core.model.TransformerModel;
import dev.pbq.core.packed.ScaleDtype;
import dev.pbq.train.layer.SignRule;
import dev.pbq.train.method.FormatTune;
import dev.pbq.train.method.OneBit;
import dev.pbq.train.method.PbQat;
import dev.pbq.train.method.TrainingMethod;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.IntUnaryOperator;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which training method, with its settings. */
public final class TrainingMethodOptions {
  private static final List<String> METHODS = List.of(PbQat.NAME, OneBit.NAME, FormatTune.NAME);

  @Option(
      names = "--method",
      paramLabel = "METHOD",
      required = true,
      description = {
        "pb-qat: PB-LLM's quantization-aware training; salient weights stay in 8 bits, all others"
            + " are binarized.",
        "onebit: OneBit's distillation; a sign for each weight, two vectors for each linear.",
        "format-tune: fine-tuning of everything with weights and activations in number formats."
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
              + " 2bit or 4bit, instead of the largest.")
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

  @Mixin private FormatTuneOptions formats;

  /**
   * A method with what it reads from.
   *
   * @param method what is trained
   * @param learningRate its original's
   * @param warmup its original's warm-up, by the number of all steps
   * @param start closed with this
   */
  public record Opened(
      TrainingMethod method,
      double learningRate,
      IntUnaryOperator warmup,
      Optional<PackedCheckpoint> start)
      implements AutoCloseable {
    /** The batches of its original. */
    public TrainingOptions.Batches batches() {
      return method.name().equals(FormatTune.NAME)
          ? new TrainingOptions.Batches(16, 4, 128)
          : TrainingOptions.Batches.DEFAULT;
    }

    @Override
    public void close() {
      start.ifPresent(PackedCheckpoint::close);
    }
  }

  /**
   * The method that was asked for; the caller closes it.
   *
   * @param model that is to be trained
   * @throws PbqException USAGE for an unknown method or setting; BAD_DATA for a start that is not
   *     packed
   */
  public Opened open(TransformerModel model) {
    if (!METHODS.contains(name)) {
      throw PbqException.usage(
          "--method " + name + " is no training method; there are " + String.join(", ", METHODS));
    }
    if (name.equals(FormatTune.NAME)) {
      return new Opened(
          formats.method(model), FormatTune.LEARNING_RATE, steps -> 0, Optional.empty());
    }
    if (name.equals(OneBit.NAME)) {
      // 500 steps as published; no more than a quarter of a short run.
      return new Opened(
          new OneBit(dtype()), 4e-4, steps -> Math.min(500, steps / 4), Optional.empty());
    }
    if (layer != null) {
      if (start != null) {
        throw PbqException.usage("--layer and --start exclude each other");
      }
      return new Opened(
          new PbQat(layer, dtype()), 1e-4, TrainingMethodOptions::warmup, Optional.empty());
    }
    Optional<PackedCheckpoint> packed =
        Optional.ofNullable(start).map(dir -> PackedCheckpoint.open(ModelFolder.open(dir)));
    PbQat method =
        new PbQat(salientFraction, dtype(), packed, start == null ? "" : start.toString());
    return new Opened(method, 1e-4, TrainingMethodOptions::warmup, packed);
  }

  /** PB-LLM's program warms up over 5 % of the steps. */
  private static int warmup(int steps) {
    return (int) Math.ceil(0.05 * steps);
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
