package dev.pbq.spark;

import dev.pbq.core.parallel.Parallel;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.FlatMapFunction;
import scala.Tuple2;

/** Sums up bands of Hessians, each from its slices in the order of the windows. */
record SumTask(WorkerJob job, RunShape shape, PassPlan pass)
    implements FlatMapFunction<Iterator<Tuple2<SliceKey, Slice>>, BandSum> {
  @Override
  public Iterator<BandSum> call(Iterator<Tuple2<SliceKey, Slice>> slices) {
    return Parallel.withThreads(job.threads(), () -> sums(slices)).iterator();
  }

  private List<BandSum> sums(Iterator<Tuple2<SliceKey, Slice>> slices) {
    List<BandSum> finished = new ArrayList<>();
    BandAdder adder = null;
    try {
      while (slices.hasNext()) {
        Tuple2<SliceKey, Slice> next = slices.next();
        SliceKey key = next._1();
        if (adder != null && !adder.takes(key)) {
          finished.add(adder.finish());
          adder.close();
          adder = null;
        }
        if (adder == null) {
          adder = new BandAdder(key, pass.inputs().get(key.input()), shape.windows());
        }
        adder.add(key.first(), next._2());
      }
      if (adder != null) {
        finished.add(adder.finish());
      }
      return finished;
    } finally {
      if (adder != null) {
        adder.close();
      }
    }
  }
}
