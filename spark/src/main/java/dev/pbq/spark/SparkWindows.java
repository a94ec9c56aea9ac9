package dev.pbq.spark;

import dev.pbq.core.data.Calibration;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.LinearInput;
import dev.pbq.core.packed.PackedBytes;
import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.core.pipeline.BlockPieces;
import dev.pbq.core.pipeline.FinishedLinear;
import dev.pbq.core.pipeline.PlannedRound;
import dev.pbq.core.pipeline.WindowEngine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;

/**
 * Calibration windows on executors. Their hidden states at the current block are kept there, each
 * on two executors where there are two; of those that are lost with both, Spark computes the way
 * through the blocks again, whose quantized linears the driver keeps to send.
 */
final class SparkWindows implements WindowEngine {
  private final JavaSparkContext spark;
  private final WorkerJob job;
  private final Calibration data;
  private final RunShape shape;
  private final int slots;

  /** Sums of a pass that are looked at before they are used; let go with the pass. */
  private final List<JavaRDD<BandSum>> lookedAt = new ArrayList<>();

  private JavaRDD<WindowBatch> states;

  SparkWindows(
      JavaSparkContext spark, WorkerJob job, Calibration data, CausalModel model, int slots) {
    this.spark = spark;
    this.job = job;
    this.data = data;
    this.shape = RunShape.of(data.windows().length, data.tokens(), model.hiddenSize());
    this.slots = slots;
  }

  @Override
  public void embed(Map<String, QuantizedLinear> tables) {
    List<EmbedTask.Ids> batches = new ArrayList<>();
    int[][] windows = data.windows();
    for (int first = 0; first < windows.length; first += shape.batch()) {
      int end = Math.min(windows.length, first + shape.batch());
      batches.add(new EmbedTask.Ids(first, Arrays.copyOfRange(windows, first, end)));
    }
    keep(
        spark
            .parallelize(batches, Math.min(batches.size(), slots))
            .mapPartitions(new EmbedTask(job, shape, sent(tables))));
  }

  @Override
  public List<FinishedLinear> quantize(
      int block, PlannedRound round, Map<String, QuantizedLinear> quantized) {
    PassPlan pass = PassPlan.of(block, round, shape.windows(), slots);
    Broadcast<Map<String, byte[]>> before = sent(quantized);
    List<Tuple2<Integer, String>> linears = new ArrayList<>();
    for (int i = 0; i < pass.inputs().size(); i++) {
      for (String linear : pass.inputs().get(i).linears()) {
        linears.add(new Tuple2<>(i, linear));
      }
    }
    List<Integer> inputOf = linears.stream().map(Tuple2::_1).toList();
    QuantizeTask task =
        new QuantizeTask(job, block, linears.stream().map(Tuple2::_2).toList(), before);
    JavaRDD<WireLinear> finished =
        Failures.of(
            () ->
                sums(pass, round, before)
                    .flatMapToPair(new Readers(inputOf))
                    .partitionBy(new IndexPartitioner(linears.size()))
                    .mapPartitionsWithIndex(task, true));
    List<WireLinear> found = Failures.of(finished::collect);
    // Inputs and Hessians are on the executors' disks: many times the block.
    finished.rdd().cleanShuffleDependencies(false);
    before.unpersist();
    lookedAt.forEach(sums -> sums.unpersist(false));
    lookedAt.clear();
    return found.stream().map(WireLinear::unpack).toList();
  }

  private JavaRDD<BandSum> sums(
      PassPlan pass, PlannedRound round, Broadcast<Map<String, byte[]>> before) {
    Set<Integer> wanted = new HashSet<>();
    for (int i = 0; i < pass.inputs().size(); i++) {
      if (pass.inputs().get(i).calibrated()) {
        wanted.add(i);
      }
    }
    if (wanted.isEmpty()) {
      return spark.emptyRDD();
    }
    JavaRDD<BandSum> sums = sums(pass, before, wanted, false);
    Set<Integer> starved = starved(round, wanted, sums);
    return starved.isEmpty()
        ? sums
        : sums.filter(sum -> !starved.contains(sum.input()))
            .union(sums(pass, before, starved, true));
  }

  /** Experts that too few tokens were routed to. */
  private Set<Integer> starved(PlannedRound round, Set<Integer> wanted, JavaRDD<BandSum> sums) {
    List<LinearInput> inputs = round.inputs().stream().map(i -> i.input()).toList();
    Set<Integer> starved = new HashSet<>();
    if (wanted.stream().noneMatch(i -> inputs.get(i).routed())) {
      return starved;
    }
    Map<Integer, Long> tokens = new HashMap<>();
    lookedAt.add(sums.persist(StorageLevel.MEMORY_AND_DISK()));
    sums.mapToPair(sum -> new Tuple2<>(sum.input(), sum.tokens()))
        .collect()
        .forEach(found -> tokens.put(found._1(), found._2()));
    for (int i : wanted) {
      if (BlockPieces.isStarved(inputs.get(i), tokens.getOrDefault(i, 0L))) {
        starved.add(i);
      }
    }
    return starved;
  }

  private JavaRDD<BandSum> sums(
      PassPlan pass, Broadcast<Map<String, byte[]>> before, Set<Integer> wanted, boolean every) {
    JavaPairRDD<SliceKey, Slice> slices =
        states.mapPartitionsToPair(new ShowTask(job, shape, pass, before, wanted, every));
    return slices
        .repartitionAndSortWithinPartitions(new BandPartitioner(pass))
        .mapPartitions(new SumTask(job, shape, pass));
  }

  @Override
  public void propagate(int block, Map<String, QuantizedLinear> quantized) {
    keep(states.mapPartitions(new PropagateTask(job, shape, block, sent(quantized))));
  }

  /** Computes hidden states, and lets go of those before. */
  private void keep(JavaRDD<WindowBatch> next) {
    JavaRDD<WindowBatch> kept = next.persist(StorageLevel.MEMORY_AND_DISK_2());
    Failures.of(kept::count);
    if (states != null) {
      states.unpersist(false);
    }
    states = kept;
  }

  private Broadcast<Map<String, byte[]>> sent(Map<String, QuantizedLinear> linears) {
    Map<String, byte[]> packed = new HashMap<>();
    linears.forEach((name, linear) -> packed.put(name, PackedBytes.of(linear)));
    return spark.broadcast(packed);
  }

  @Override
  public void close() {
    if (states != null) {
      states.unpersist(false);
    }
  }
}
