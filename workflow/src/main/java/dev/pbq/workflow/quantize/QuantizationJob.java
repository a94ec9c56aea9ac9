package dev.pbq.workflow.quantize;

import ai.djl.ndarray.NDManager;
import dev.pbq.core.PbqException;
import dev.pbq.core.Wording;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.Checkpoints;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.ResolvedModel;
import dev.pbq.core.checkpoint.TensorNames;
import dev.pbq.core.data.Calibration;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.Engines;
import dev.pbq.core.model.TransformerModel;
import dev.pbq.core.model.VocabularyTable;
import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.pipeline.BlockCorrection;
import dev.pbq.core.pipeline.CorrectionEstimate;
import dev.pbq.core.pipeline.LinearSelection;
import dev.pbq.core.pipeline.ModelFacts;
import dev.pbq.core.pipeline.PlanEstimate;
import dev.pbq.core.pipeline.ProgressListener;
import dev.pbq.core.pipeline.QuantizationPlan;
import dev.pbq.core.pipeline.QuantizationReport;
import dev.pbq.core.pipeline.QuantizationRun;
import dev.pbq.core.pipeline.RunEngine;
import dev.pbq.core.pipeline.RunMeans;
import dev.pbq.core.pipeline.RunMemory;
import dev.pbq.core.pipeline.RunSettings;
import dev.pbq.core.pipeline.Targets;
import dev.pbq.core.pipeline.TargetsEstimate;
import dev.pbq.core.pipeline.VocabularyTables;
import dev.pbq.core.pipeline.WeightsFingerprint;
import dev.pbq.core.quant.Quantizer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** A dense model opened for quantization, with a plan; owns the open weights. */
public final class QuantizationJob implements AutoCloseable {
  private final ModelFolder folder;
  private final Checkpoint weights;
  private final TransformerModel model;
  private final QuantizationPlan plan;
  private final Optional<BlockCorrection> correction;

  private QuantizationJob(
      ModelFolder folder,
      Checkpoint weights,
      TransformerModel model,
      QuantizationPlan plan,
      Optional<BlockCorrection> correction) {
    this.folder = folder;
    this.weights = weights;
    this.model = model;
    this.plan = plan;
    this.correction = correction;
  }

  /** Opens a dense model and plans; reads headers only. */
  static QuantizationJob open(
      ResolvedModel resolved,
      LinearSelection selection,
      Function<String, Quantizer> method,
      TableMethods tables,
      LayerOrder order) {
    ModelFolder folder = ModelFolder.open(resolved.folder());
    Optional<String> before = folder.quantMethod();
    if (before.isPresent()) {
      Checkpoints.requireKnown(folder);
      throw PbqException.badData(
          Wording.of(
              "%s is quantized already (quant_method %s); {dequantizeFirst} takes its dequantized"
                  + " weights as the dense model",
              folder.shown(), before.get()));
    }
    TransformerModel model = Architectures.any(folder.config(), folder.path().toString());
    Optional<BlockCorrection> correction = order.blockwise().map(BlockCorrection::with);
    correction.ifPresent(c -> c.trainer().require(folder.config(), folder.path().toString()));
    Checkpoint weights = Checkpoint.open(folder);
    try {
      Checkpoints.requireDense(folder, weights);
      model.requireTensors(weights, folder.path().toString());
      QuantizationPlan together =
          QuantizationPlan.of(
              model, selection, method, tables.plan(folder, weights, model.layout()));
      QuantizationPlan plan = order.of(together);
      ModelFacts.of(folder, weights, model.layout()).tell();
      return new QuantizationJob(folder, weights, model, plan, correction);
    } catch (RuntimeException | Error e) {
      weights.close();
      throw e;
    }
  }

  /** Says in the log what a tokenizer of so many ids and the model do not share. */
  void tellVocabulary(int tokens) {
    ModelFacts.tellVocabulary(folder.path().toString(), tokens, model, weights);
  }

  public TransformerModel model() {
    return model;
  }

  public QuantizationPlan plan() {
    return plan;
  }

  public Path folder() {
    return folder.path();
  }

  /** Bytes of the original's tensors. */
  public long originalBytes() {
    return weights.totalBytes();
  }

  /** The fingerprint of the original's weights. */
  String weightsFingerprint() {
    return WeightsFingerprint.of(weights);
  }

  /** The tables of embedding and head, tied ones once. */
  List<VocabularyTable> vocabulary() {
    return VocabularyTables.of(folder, weights, model.layout());
  }

  /** Bytes of the original's tensor of a table. */
  long originalBytes(VocabularyTable table) {
    return weights.info(table.weight()).byteCount();
  }

  /** How many tensors the original has. */
  int tensors() {
    return weights.names().size();
  }

  /** Numbers that the original's tensors hold. */
  long parameters() {
    return weights.names().stream().mapToLong(n -> weights.info(n).elementCount()).sum();
  }

  /** What the run will take. */
  PlanEstimate estimate(int windows, int tokens, int threads, RunMemory memory) {
    Set<String> quantized =
        plan.linears()
            .map(l -> model.layout().holder(l.linear(), weights::contains))
            .collect(Collectors.toSet());
    plan.tables().forEach(table -> quantized.add(table.table().weight()));
    long others =
        weights.names().stream()
            .filter(n -> TensorNames.resolve(n, quantized::contains).isEmpty())
            .mapToLong(n -> weights.info(n).byteCount())
            .sum();
    PlanEstimate plain = PlanEstimate.of(model, plan, others, windows, tokens, threads, memory);
    PlanEstimate corrected = correction(windows, tokens).map(plain::plus).orElse(plain);
    return targets(windows, tokens).map(corrected::plus).orElse(corrected);
  }

  /** What targets that see the error so far take of it; empty without. */
  public Optional<TargetsEstimate> targets(int windows, int tokens) {
    return plan.targets() == Targets.QUANTIZED
        ? Optional.of(TargetsEstimate.of(model, plan, windows, tokens))
        : Optional.empty();
  }

  /** What block-wise error correction takes of it; empty without. */
  public Optional<CorrectionEstimate> correction(int windows, int tokens) {
    return correction.map(c -> CorrectionEstimate.of(model, plan, windows, tokens, c.settings()));
  }

  /**
   * Quantizes.
   *
   * @param memory how much is held at once
   * @param engine that computes the blocks, lent; empty: this machine
   */
  QuantizationReport run(
      RunSettings settings,
      Optional<Calibration> calibration,
      int threads,
      RunMemory memory,
      Optional<RunEngine> engine,
      ProgressListener progress) {
    RunMeans means = new RunMeans(memory, engine);
    QuantizationRun run = prepared(plan, settings, calibration, means, progress);
    return Parallel.withThreads(threads, () -> run.run(() -> engine(threads)));
  }

  /** Quantizes the first planned block alone: digests of its packed tensors. */
  Map<String, String> digestsOfFirstBlock(
      RunSettings settings,
      Optional<Calibration> calibration,
      Path scratch,
      int threads,
      ProgressListener progress) {
    QuantizationRun run =
        prepared(plan.firstBlock(), settings, calibration, RunMeans.USUAL, progress);
    return Parallel.withThreads(threads, () -> run.digests(scratch, () -> engine(threads)));
  }

  private QuantizationRun prepared(
      QuantizationPlan planned,
      RunSettings settings,
      Optional<Calibration> calibration,
      RunMeans means,
      ProgressListener progress) {
    return new QuantizationRun(
        folder, weights, model, planned, calibration, correction, settings, means, progress);
  }

  private static NDManager engine(int threads) {
    Engines.setThreads(threads);
    return Engines.newManager();
  }

  @Override
  public void close() {
    weights.close();
  }
}
