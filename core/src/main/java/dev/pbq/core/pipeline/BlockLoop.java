package dev.pbq.core.pipeline;

import ai.djl.ndarray.NDManager;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.PackedTensorCollector;
import dev.pbq.core.checkpoint.SafetensorsWriter;
import dev.pbq.core.checkpoint.TensorEntry;
import dev.pbq.core.linalg.Hessian;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.DecoderBlock;
import dev.pbq.core.model.TokenEmbedding;
import dev.pbq.core.model.TransformerModel;
import dev.pbq.core.packed.QuantizedLinear;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The blocks of a run, one after the other: round by round Hessians and quantization, then a packed
 * shard, the next block's inputs from the quantized block, a line in the journal. Inputs of even
 * blocks live in one scratch file and of odd blocks in another, so that a block that is cut off
 * still finds its own inputs untouched.
 */
final class BlockLoop {
  private static final String SCRATCH = "scratch-";

  private final Checkpoint original;
  private final TransformerModel model;
  private final QuantizationPlan plan;
  private final Optional<Calibration> calibration;
  private final Path work;
  private final Journal journal;
  private final ProgressListener progress;
  private final int lastPlanned;

  BlockLoop(
      Checkpoint original,
      TransformerModel model,
      QuantizationPlan plan,
      Optional<Calibration> calibration,
      Path work,
      Journal journal,
      ProgressListener progress) {
    this.original = original;
    this.model = model;
    this.plan = plan;
    this.calibration = calibration;
    this.work = work;
    this.journal = journal;
    this.progress = progress;
    this.lastPlanned =
        plan.blocks().stream()
            .filter(b -> !b.rounds().isEmpty())
            .mapToInt(PlannedBlock::index)
            .max()
            .orElseThrow();
  }

  /** Whether a file in the work directory is of no use once the result is complete. */
  static boolean isScratch(Path file) {
    return file.getFileName().toString().startsWith(SCRATCH);
  }

  /** Runs all blocks that the journal does not have yet. */
  void run(Supplier<NDManager> engine) {
    int done = journal.entries().size();
    progress.started(plan.blocks().size(), done);
    if (done == plan.blocks().size()) {
      return;
    }
    if (calibration.isEmpty()) {
      for (PlannedBlock block : plan.blocks().subList(done, plan.blocks().size())) {
        long start = System.nanoTime();
        Map<String, BlockQuantizer.Result> results = new LinkedHashMap<>();
        for (PlannedRound round : block.rounds()) {
          results.putAll(quantize(block.index(), round, Map.of()));
        }
        finish(block, results, start);
      }
      return;
    }
    if (!(model instanceof CausalModel causal)) {
      throw new IllegalStateException("a calibrated plan of a " + model.architecture() + " model");
    }
    runCalibrated(causal, engine, calibration.get(), done);
  }

  private void runCalibrated(
      CausalModel causal, Supplier<NDManager> engine, Calibration data, int done) {
    HiddenStates states = HiddenStates.of(data.windows().length, data.tokens(), model.hiddenSize());
    BlockCalibrator calibrator = new BlockCalibrator(states, progress);
    try (NDManager manager = engine.get();
        ActivationFile even =
            ActivationFile.open(work.resolve(SCRATCH + "even.f32"), states.windowValues());
        ActivationFile odd =
            ActivationFile.open(work.resolve(SCRATCH + "odd.f32"), states.windowValues())) {
      if (done == 0) {
        embed(data, states, even, manager);
      }
      for (PlannedBlock block : plan.blocks().subList(done, plan.blocks().size())) {
        long start = System.nanoTime();
        int i = block.index();
        ActivationFile inputs = i % 2 == 0 ? even : odd;
        ActivationFile outputs = i % 2 == 0 ? odd : even;
        Map<String, BlockQuantizer.Result> results = new LinkedHashMap<>();
        for (PlannedRound round : block.rounds()) {
          Map<String, Hessian> hessians = Map.of();
          if (round.lastCalibrated().isPresent()) {
            progress.phase(i, "calibrating");
            try (DecoderBlock partlyQuantized = causal.block(manager, overlay(results), i)) {
              hessians = calibrator.hessians(i, round, partlyQuantized, inputs, manager);
            }
          }
          results.putAll(quantize(i, round, hessians));
        }
        if (i < lastPlanned) {
          progress.phase(i, "propagating");
          try (DecoderBlock quantized = causal.block(manager, overlay(results), i)) {
            calibrator.propagate(i, quantized, inputs, outputs, manager);
          }
          outputs.force();
        }
        finish(block, results, start);
      }
    }
  }

  private void embed(
      Calibration data, HiddenStates states, ActivationFile file, NDManager manager) {
    for (int[] window : data.windows()) {
      for (int id : window) {
        if (id < 0 || id >= model.vocabularySize()) {
          throw PbqException.badData(
              "calibration text "
                  + data.dataset()
                  + " has token id "
                  + id
                  + " but the model's vocabulary has "
                  + model.vocabularySize()
                  + " entries: the tokenizer is another model's");
        }
      }
    }
    try (TokenEmbedding embedding = model.embedding(manager, original)) {
      for (int first = 0; first < states.windows(); first += states.batch()) {
        int[][] ids = Arrays.copyOfRange(data.windows(), first, first + states.batchAt(first));
        try (NDManager scope = manager.newSubManager()) {
          states.write(file, first, embedding.embed(scope, ids));
        }
      }
    }
    file.force();
  }

  /** The original's weights with those of a block that are quantized already. */
  private OverlayWeights overlay(Map<String, BlockQuantizer.Result> results) {
    Map<String, QuantizedLinear> linears = new LinkedHashMap<>();
    results.forEach((name, result) -> linears.put(name, result.linear()));
    return new OverlayWeights(original, linears);
  }

  private Map<String, BlockQuantizer.Result> quantize(
      int block, PlannedRound round, Map<String, Hessian> hessians) {
    progress.phase(block, "quantizing");
    try {
      return new BlockQuantizer(original, progress).quantize(block, round, hessians);
    } finally {
      hessians.values().forEach(Hessian::close);
    }
  }

  private void finish(
      PlannedBlock block, Map<String, BlockQuantizer.Result> results, long startNanos) {
    String shard = null;
    long bytes = 0;
    if (!results.isEmpty()) {
      shard =
          String.format(java.util.Locale.ROOT, "%sblock-%05d.safetensors", SCRATCH, block.index());
      List<TensorEntry> entries = new ArrayList<>();
      Map<String, String> metadata = new LinkedHashMap<>();
      results.forEach(
          (name, result) -> {
            PackedTensorCollector collector = new PackedTensorCollector(name);
            result.linear().write(collector);
            entries.addAll(collector.group().entries());
            metadata.putAll(collector.group().metadata());
          });
      bytes = SafetensorsWriter.write(work.resolve(shard), entries, metadata);
    }
    double seconds = (System.nanoTime() - startNanos) * 1e-9;
    List<LinearOutcome> outcomes =
        results.values().stream().map(BlockQuantizer.Result::outcome).toList();
    journal.add(new Journal.Entry(block.index(), shard, bytes, outcomes, seconds));
    progress.blockDone(block.index(), seconds);
  }
}
