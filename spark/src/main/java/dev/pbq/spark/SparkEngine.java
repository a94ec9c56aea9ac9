package dev.pbq.spark;

import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.data.Calibration;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.pipeline.BlockPieces;
import dev.pbq.core.pipeline.LinearStream;
import dev.pbq.core.pipeline.PlannedBlock;
import dev.pbq.core.pipeline.QuantizationPlan;
import dev.pbq.core.pipeline.RunEngine;
import dev.pbq.core.pipeline.Targets;
import dev.pbq.core.pipeline.WindowEngine;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;

/** A run on the executors of a Spark application, which it owns. */
final class SparkEngine implements RunEngine {
  private final JavaSparkContext spark;
  private final WorkerJob job;

  SparkEngine(JavaSparkContext spark, WorkerJob job) {
    this.spark = spark;
    this.job = job;
  }

  @Override
  public void requireFit(QuantizationPlan plan, boolean corrected) {
    if (corrected) {
      throw PbqException.setting(
          "{engine} spark does not carry {blockwise}: leave out one of them");
    }
    if (plan.targets() == Targets.QUANTIZED) {
      throw PbqException.setting(
          "{engine} spark does not carry {targets} quantized: leave out one of them");
    }
  }

  @Override
  public LinearStream linears(List<PlannedBlock> blocks) {
    return new SparkLinears(spark, job, blocks, slots());
  }

  @Override
  public WindowEngine windows(Calibration data) {
    Path folder = Path.of(job.folder());
    CausalModel model = Architectures.of(ModelFolder.open(folder).config(), job.folder());
    BlockPieces.requireKnown(model, data);
    return new SparkWindows(spark, job, data, model, slots());
  }

  /** Tasks that run at a time, once the executors are there. */
  private int slots() {
    Failures.of(() -> spark.parallelize(List.of(0), 1).count());
    return Math.max(1, spark.defaultParallelism() / job.threads());
  }

  @Override
  public void close() {
    spark.close();
  }
}
