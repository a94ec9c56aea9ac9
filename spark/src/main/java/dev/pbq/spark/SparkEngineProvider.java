package dev.pbq.spark;

import dev.pbq.core.pipeline.RunEngine;
import dev.pbq.workflow.engine.EngineProvider;
import dev.pbq.workflow.recipe.Recipe;
import dev.pbq.workflow.recipe.RecipeFile;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.spark.api.java.JavaSparkContext;

/** Announces the engine {@code spark}. */
public final class SparkEngineProvider implements EngineProvider {
  @Override
  public String name() {
    return "spark";
  }

  @Override
  public RunEngine open(Path model, Recipe recipe, Optional<String> master) {
    JavaSparkContext spark = SparkStart.start(master);
    int threads = spark.getConf().getInt(SparkStart.TASK_CPUS, 1);
    String folder = model.toAbsolutePath().toString();
    return new SparkEngine(spark, new WorkerJob(folder, RecipeFile.text(recipe), threads));
  }
}
