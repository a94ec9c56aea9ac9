package dev.pbq.spark;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;

/**
 * Runs windows through a finished block.
 *
 * @param quantized its quantized linears, packed
 */
record PropagateTask(
    WorkerJob job, RunShape shape, int block, Broadcast<Map<String, byte[]>> quantized)
    implements FlatMapFunction<Iterator<WindowBatch>, WindowBatch> {
  @Override
  public Iterator<WindowBatch> call(Iterator<WindowBatch> batches) {
    if (!batches.hasNext()) {
      return List.<WindowBatch>of().iterator();
    }
    Worker worker = Worker.ofTask(job);
    return new Batches<>(
        batches, job.threads(), some -> worker.compute(() -> propagate(worker, some)).batches());
  }

  private HeldWindows propagate(Worker worker, List<WindowBatch> some) {
    HeldWindows inputs = HeldWindows.of(some, shape);
    HeldWindows outputs = inputs.outputs();
    worker.block(block, quantized.value()).propagate(inputs.states(), inputs, outputs);
    return outputs;
  }
}
