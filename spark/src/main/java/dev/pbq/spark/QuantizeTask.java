package dev.pbq.spark;

import dev.pbq.core.linalg.Hessian;
import dev.pbq.core.linalg.HessianRows;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.spark.api.java.function.Function2;
import org.apache.spark.broadcast.Broadcast;
import scala.Tuple2;

/**
 * Quantizes the linear whose index in the pass is that of the partition.
 *
 * @param quantized linears of the block that are quantized already, packed
 */
record QuantizeTask(
    WorkerJob job, int block, List<String> linears, Broadcast<Map<String, byte[]>> quantized)
    implements Function2<Integer, Iterator<Tuple2<Integer, BandSum>>, Iterator<WireLinear>> {
  @Override
  public Iterator<WireLinear> call(Integer index, Iterator<Tuple2<Integer, BandSum>> sums) {
    List<BandSum> bands = new ArrayList<>();
    sums.forEachRemaining(sum -> bands.add(sum._2()));
    bands.sort(Comparator.comparingInt(BandSum::band));
    Worker worker = Worker.ofTask(job);
    return List.of(worker.compute(() -> quantize(worker, linears.get(index), bands))).iterator();
  }

  private WireLinear quantize(Worker worker, String linear, List<BandSum> bands) {
    // Null where nothing was calibrated, as try-with-resources takes it.
    try (Hessian all = hessian(bands, BandSum::all);
        Hessian heldOut = hessian(bands, BandSum::heldOut)) {
      bands.clear();
      return WireLinear.of(
          worker
              .pieces()
              .quantize(
                  block,
                  worker.linear(block, linear),
                  Worker.unpacked(quantized.value()),
                  Optional.ofNullable(all),
                  Optional.ofNullable(heldOut)));
    }
  }

  private static Hessian hessian(List<BandSum> bands, Function<BandSum, HessianRows> part) {
    return bands.isEmpty() || part.apply(bands.get(0)) == null
        ? null
        : Hessian.of(bands.stream().map(part).toList());
  }
}
