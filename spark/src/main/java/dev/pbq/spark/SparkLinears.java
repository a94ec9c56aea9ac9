package dev.pbq.spark;

import dev.pbq.core.pipeline.FinishedLinear;
import dev.pbq.core.pipeline.LinearStream;
import dev.pbq.core.pipeline.PlannedBlock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Linears without calibration: a job for each block, with a task for each linear, and as many jobs
 * begun as keep all executors at work. Results are taken in the plan's order.
 */
final class SparkLinears implements LinearStream {
  /** Tasks begun for each that can run: enough that no executor waits for the driver. */
  private static final int BEGUN = 3;

  private final JavaSparkContext spark;
  private final WorkerJob job;
  private final int most;
  private final Iterator<PlannedBlock> upcoming;
  private final Deque<Begun> begun = new ArrayDeque<>();
  private Iterator<WireLinear> taken = List.<WireLinear>of().iterator();

  private record Begun(JavaFutureAction<List<WireLinear>> action, int linears) {}

  SparkLinears(JavaSparkContext spark, WorkerJob job, List<PlannedBlock> blocks, int slots) {
    this.spark = spark;
    this.job = job;
    this.most = BEGUN * slots;
    this.upcoming = blocks.stream().filter(block -> !block.rounds().isEmpty()).iterator();
  }

  @Override
  public FinishedLinear next() {
    if (!taken.hasNext()) {
      begin();
      JavaFutureAction<List<WireLinear>> first = begun.element().action();
      taken = Failures.of(first::get).iterator();
      begun.remove();
      begin();
    }
    return taken.next().unpack();
  }

  private void begin() {
    int linears = begun.stream().mapToInt(Begun::linears).sum();
    while (upcoming.hasNext() && (begun.isEmpty() || linears < most)) {
      PlannedBlock block = upcoming.next();
      List<LinearTask.Ref> refs =
          block.linears().map(l -> new LinearTask.Ref(block.index(), l.name())).toList();
      begun.add(
          new Begun(
              spark.parallelize(refs, refs.size()).map(new LinearTask(job)).collectAsync(),
              refs.size()));
      linears += refs.size();
    }
  }

  @Override
  public void close() {
    begun.forEach(b -> b.action().cancel(true));
  }
}
