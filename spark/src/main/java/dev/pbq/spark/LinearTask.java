package dev.pbq.spark;

import java.io.Serializable;
import org.apache.spark.api.java.function.Function;

/** Quantizes a linear that nothing is calibrated for. */
record LinearTask(WorkerJob job) implements Function<LinearTask.Ref, WireLinear> {
  /** A linear of a block, by name. */
  record Ref(int block, String name) implements Serializable {}

  @Override
  public WireLinear call(Ref linear) {
    Worker worker = Worker.ofTask(job);
    return worker.compute(
        () ->
            WireLinear.of(
                worker
                    .pieces()
                    .quantize(linear.block(), worker.linear(linear.block(), linear.name()))));
  }
}
