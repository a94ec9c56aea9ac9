package dev.pbq.core.pipeline;

import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.SafetensorsFile;
import dev.pbq.core.checkpoint.SafetensorsPackedReader;
import dev.pbq.core.packed.PackedLinears;
import dev.pbq.core.packed.QuantizedLinear;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The windows on other machines. They are nowhere else: a run that is resumed brings them to the
 * first unfinished block through the finished ones, as the shards have those.
 */
final class RemoteBlocks implements BlockRunner {
  private final WindowEngine windows;
  private final Map<String, QuantizedLinear> tables;
  private final Path work;
  private final List<Journal.Entry> finished;
  private final ProgressListener progress;

  /**
   * @param windows closed with this
   * @param tables quantized tables that windows enter through
   * @param finished blocks of the journal
   */
  RemoteBlocks(
      WindowEngine windows,
      Map<String, QuantizedLinear> tables,
      Path work,
      List<Journal.Entry> finished,
      ProgressListener progress) {
    this.windows = windows;
    this.tables = tables;
    this.work = work;
    this.finished = finished.stream().filter(entry -> entry.block() >= 0).toList();
    this.progress = progress;
  }

  @Override
  public void enter(int first) {
    windows.embed(tables);
    for (Journal.Entry entry : finished) {
      progress.phase(entry.block(), "propagating");
      windows.propagate(entry.block(), linears(entry));
    }
  }

  /**
   * Hidden states that this machine has kept are of a block before the one that is done now: nobody
   * may take them for the inputs of a later one.
   */
  private void discardLocal() {
    try {
      for (String name : List.of("even.f32", "odd.f32")) {
        Files.deleteIfExists(work.resolve(BlockStore.SCRATCH + name));
      }
    } catch (IOException e) {
      throw PbqException.resources("cannot delete hidden states in " + work, e);
    }
  }

  private Map<String, QuantizedLinear> linears(Journal.Entry entry) {
    Map<String, QuantizedLinear> linears = new LinkedHashMap<>();
    if (entry.shard() != null) {
      try (SafetensorsFile shard = SafetensorsFile.open(work.resolve(entry.shard()))) {
        for (LinearOutcome linear : entry.linears()) {
          linears.put(
              linear.name(), PackedLinears.read(new SafetensorsPackedReader(shard, linear.name())));
        }
      }
    }
    return linears;
  }

  @Override
  public void begin(int block, Runnable stored) {
    // The windows of the block before are given up only when this one's are there.
  }

  @Override
  public Map<String, FinishedLinear> quantize(int block, PlannedRound pass, PartialBlock partial) {
    progress.phase(block, "calibrating and quantizing");
    Map<String, FinishedLinear> results = new LinkedHashMap<>();
    List<FinishedLinear> finished = windows.quantize(block, pass, partial.linears());
    discardLocal();
    for (FinishedLinear linear : finished) {
      results.put(linear.outcome().name(), linear);
      progress.linearDone(linear.outcome());
    }
    return results;
  }

  @Override
  public Optional<CorrectionOutcome> correct(
      PlannedBlock block, PlannedRound round, PartialBlock partial) {
    return Optional.empty();
  }

  @Override
  public void propagate(int block, PartialBlock partial) {
    windows.propagate(block, partial.linears());
    discardLocal();
  }

  @Override
  public void close() {
    windows.close();
  }
}
