package dev.pbq.core.pipeline;

import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.SafetensorsFile;
import dev.pbq.core.checkpoint.SafetensorsPackedReader;
import dev.pbq.core.linalg.Hessian;
import dev.pbq.core.model.ModelLayout;
import dev.pbq.core.model.VocabularyTable;
import dev.pbq.core.packed.PackedLinears;
import dev.pbq.core.packed.QuantizedLinear;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The tables outside of the blocks, quantized before the first block and stored as a block is. What
 * enters the first block is looked up in the table as it is stored, read back from its file.
 */
final class TableStage {
  private final List<PlannedTable> tables;
  private final Checkpoint original;
  private final ModelLayout layout;
  private final ProgressListener progress;

  TableStage(
      List<PlannedTable> tables,
      Checkpoint original,
      ModelLayout layout,
      ProgressListener progress) {
    this.tables = tables;
    this.original = original;
    this.layout = layout;
    this.progress = progress;
  }

  /**
   * Quantizes and stores the tables, one in memory at a time, unless the journal has them.
   *
   * @param calibration gives the Hessian of a head's inputs; asked only for calibrated tables
   */
  void run(BlockStore store, Journal journal, Function<VocabularyTable, Hessian> calibration) {
    if (tables.isEmpty() || journal.tables().isPresent()) {
      return;
    }
    long start = System.nanoTime();
    LinearQuantizer quantizer = new LinearQuantizer(layout.view(original));
    List<BlockStore.Packed> packed = new ArrayList<>();
    for (PlannedTable table : tables) {
      // Null, as try-with-resources takes it, for a table that is not calibrated.
      try (Hessian hessian = table.needsHessian() ? calibration.apply(table.table()) : null) {
        FinishedLinear result = quantizer.quantize(table, Optional.ofNullable(hessian));
        packed.add(BlockStore.Packed.of(result.linear(), result.outcome()));
        progress.tableDone(result.outcome());
      }
    }
    double seconds = (System.nanoTime() - start) * 1e-9;
    store.store(LinearOutcome.OUTSIDE, packed, List.of(), seconds);
  }

  /**
   * The embedding as it is stored, if it is quantized.
   *
   * @param journal that has the tables
   * @return by name without {@code .weight}; at most one
   */
  Map<String, QuantizedLinear> embedding(Path work, Journal journal) {
    Map<String, QuantizedLinear> replaced = new LinkedHashMap<>();
    for (PlannedTable table : tables) {
      if (table.table().use().isEmbedding()) {
        Path shard = work.resolve(journal.tables().orElseThrow().shard());
        try (SafetensorsFile file = SafetensorsFile.open(shard)) {
          replaced.put(
              table.name(), PackedLinears.read(new SafetensorsPackedReader(file, table.name())));
        }
      }
    }
    return replaced;
  }
}
