package dev.pbq.spark;

import java.io.Serializable;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;

/**
 * Looks up windows in the embedding.
 *
 * @param tables quantized tables in place of the original's, packed
 */
record EmbedTask(WorkerJob job, RunShape shape, Broadcast<Map<String, byte[]>> tables)
    implements FlatMapFunction<Iterator<EmbedTask.Ids>, WindowBatch> {
  /** The token ids [windows][tokens] of a batch that starts at a window. */
  record Ids(int first, int[][] ids) implements Serializable {}

  @Override
  public Iterator<WindowBatch> call(Iterator<Ids> batches) {
    if (!batches.hasNext()) {
      return List.<WindowBatch>of().iterator();
    }
    Worker worker = Worker.ofTask(job);
    return new Batches<>(
        batches, 1, some -> worker.compute(() -> embed(worker, some.get(0))).batches());
  }

  private HeldWindows embed(Worker worker, Ids batch) {
    HeldWindows windows = HeldWindows.empty(shape.states(batch.ids().length), batch.first());
    worker
        .pieces()
        .embed(
            Worker.unpacked(tables.value()),
            windows.states(),
            batch.ids(),
            windows,
            worker.manager());
    return windows;
  }
}
