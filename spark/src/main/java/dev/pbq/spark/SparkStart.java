package dev.pbq.spark;

import dev.pbq.core.PbqException;
import dev.pbq.core.Wording;
import java.io.File;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Starts Spark with settings that suit pbq where the user has none: what stands in system
 * properties {@code spark.*}, which {@code spark-submit} also sets, wins over them.
 */
final class SparkStart {
  static final String TASK_CPUS = "spark.task.cpus";
  private static final String EXECUTOR_CORES = "spark.executor.cores";
  private static final String MASTER = "spark.master";

  private static final Map<String, String> DEFAULTS =
      Map.of(
          "spark.ui.enabled", "false",
          "spark.ui.showConsoleProgress", "false",
          // Quantized linears of a block come back whole.
          "spark.driver.maxResultSize", "0",
          // Windows are parted among the executors that there are.
          "spark.scheduler.minRegisteredResourcesRatio", "1.0",
          // Mantissas do not shrink.
          "spark.shuffle.compress", "false",
          "spark.executor.extraJavaOptions",
              "-Dfile.encoding=UTF-8 -Dai.djl.offline=true -Dorg.bytedeco.javacpp.maxbytes=0"
                  + " -Dorg.bytedeco.javacpp.maxphysicalbytes=0",
          "spark.executorEnv.OMP_WAIT_POLICY", "passive",
          "spark.executorEnv.MALLOC_MMAP_THRESHOLD_", "33554432");

  private SparkStart() {}

  /**
   * Starts Spark; the caller closes it.
   *
   * @throws PbqException USAGE without a master, or for cores that tasks would share unevenly;
   *     NOT_FOUND if Spark cannot start with this master
   */
  static JavaSparkContext start(Optional<String> master) {
    SparkConf conf = new SparkConf().setAppName("pbq quantize");
    master.ifPresent(conf::setMaster);
    if (!conf.contains(MASTER)) {
      throw PbqException.setting(
          "{engine} spark needs {master}: spark://HOST:7077, k8s://URL, yarn, or"
              + " local-cluster[2,1,1024] to try it on one machine");
    }
    DEFAULTS.forEach(conf::setIfMissing);
    conf.setIfMissing("spark.executor.extraClassPath", classPath());
    checkCores(conf);
    try {
      return new JavaSparkContext(conf);
    } catch (Exception e) {
      throw new PbqException(
          PbqException.Kind.NOT_FOUND,
          Wording.of(
              "Spark cannot start with {master} %s: %s",
              conf.get(MASTER), PbqException.oneLine(Failures.firstLine(e))),
          e);
    }
  }

  /**
   * The engine of models counts threads for a whole process: tasks beside each other in one
   * executor must have one thread each.
   */
  private static void checkCores(SparkConf conf) {
    String cpus = conf.get(TASK_CPUS, "1");
    if (cpus.equals("1")) {
      return;
    }
    conf.setIfMissing(EXECUTOR_CORES, cpus);
    if (!conf.get(EXECUTOR_CORES).equals(cpus)) {
      throw PbqException.usage(
          "%s is %s and %s is %s: a task must have one core, or all of its executor"
              .formatted(TASK_CPUS, cpus, EXECUTOR_CORES, conf.get(EXECUTOR_CORES)));
    }
  }

  /** This process's class path: executors have pbq in the same place. */
  private static String classPath() {
    List<String> entries =
        Arrays.asList(System.getProperty("java.class.path").split(File.pathSeparator));
    return entries.stream()
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }
}
