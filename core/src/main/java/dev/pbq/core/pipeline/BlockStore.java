package dev.pbq.core.pipeline;

import dev.pbq.core.checkpoint.AtomicFile;
import dev.pbq.core.checkpoint.PackedTensorCollector;
import dev.pbq.core.checkpoint.SafetensorsWriter;
import dev.pbq.core.checkpoint.TensorEntry;
import dev.pbq.core.checkpoint.TensorGroup;
import dev.pbq.core.packed.QuantizedLinear;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Writes finished blocks to disk: a shard of packed linears, then a line in the journal. */
final class BlockStore {
  /** What the names of scratch files start with. */
  static final String SCRATCH = "scratch-";

  private final Path work;
  private final Journal journal;
  private final boolean flushes;

  /**
   * @param flushes whether to wait until the disk has a block. A run without calibration need not:
   *     it can do any block again whose shard does not have its checksum
   */
  BlockStore(Path work, Journal journal, boolean flushes) {
    this.work = work;
    this.journal = journal;
    this.flushes = flushes;
  }

  /** Whether a file in the work directory is of no use once the result is complete. */
  static boolean isScratch(Path file) {
    return file.getFileName().toString().startsWith(SCRATCH);
  }

  /** A linear as it will be in the shard, and what became of it. */
  record Packed(TensorGroup tensors, LinearOutcome outcome) {
    static Packed of(QuantizedLinear linear, LinearOutcome outcome) {
      PackedTensorCollector collector = new PackedTensorCollector(outcome.name());
      linear.write(collector);
      return new Packed(collector.group(), outcome);
    }
  }

  /**
   * Stores a block, and returns when the disk has it or, without flushing, the system.
   *
   * @param block its index, or {@link LinearOutcome#OUTSIDE} for the tables outside of the blocks
   * @param linears in the block's order; may be empty
   * @param corrections what was trained
   * @param seconds what it took
   */
  void store(int block, List<Packed> linears, List<CorrectionOutcome> corrections, double seconds) {
    String shard = null;
    long bytes = 0;
    Long checksum = null;
    if (!linears.isEmpty()) {
      shard = SCRATCH + shardName(block) + ".safetensors";
      List<TensorEntry> entries = new ArrayList<>();
      Map<String, String> metadata = new LinkedHashMap<>();
      for (Packed linear : linears) {
        entries.addAll(linear.tensors().entries());
        metadata.putAll(linear.tensors().metadata());
      }
      if (flushes) {
        bytes = SafetensorsWriter.write(work.resolve(shard), entries, metadata);
      } else {
        AtomicFile.Unflushed written =
            SafetensorsWriter.writeUnflushed(work.resolve(shard), entries, metadata);
        bytes = written.size();
        checksum = written.crc32c();
      }
    }
    List<LinearOutcome> outcomes = linears.stream().map(Packed::outcome).toList();
    journal.add(new Journal.Entry(block, shard, bytes, checksum, outcomes, corrections, seconds));
  }

  private static String shardName(int block) {
    return block == LinearOutcome.OUTSIDE
        ? "tables"
        : String.format(Locale.ROOT, "block-%05d", block);
  }
}
