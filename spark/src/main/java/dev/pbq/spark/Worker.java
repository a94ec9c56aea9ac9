package dev.pbq.spark;

import ai.djl.ndarray.NDManager;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.Engines;
import dev.pbq.core.model.Linear;
import dev.pbq.core.model.LinearInput;
import dev.pbq.core.model.TransformerModel;
import dev.pbq.core.packed.PackedBytes;
import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.pipeline.BlockPieces;
import dev.pbq.core.pipeline.PlannedLinear;
import dev.pbq.core.quant.Quantizer;
import dev.pbq.workflow.quantize.LayerMethods;
import dev.pbq.workflow.recipe.RecipeFile;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.apache.spark.TaskContext;

/**
 * A model and a recipe, opened by one task; what it opens is closed when the task ends, the last
 * first. Weights are mapped, not read: tasks of one machine share the system's cache of them.
 */
final class Worker {
  private final WorkerJob job;
  private final TaskContext task;
  private final Checkpoint weights;
  private final TransformerModel model;
  private final BlockPieces pieces;
  private final Function<String, Quantizer> methods;
  private NDManager manager;
  private BlockPieces.OpenBlock block;

  private Worker(WorkerJob job, TaskContext task) {
    this.job = job;
    this.task = task;
    Path path = Path.of(job.folder());
    ModelFolder folder = ModelFolder.open(path);
    this.model = Architectures.any(folder.config(), job.folder());
    this.methods = LayerMethods.of(RecipeFile.parse(job.recipe(), path.resolve(RecipeFile.NAME)));
    this.weights = Checkpoint.open(folder);
    closeAfterwards(weights::close);
    this.pieces = new BlockPieces(model, weights);
  }

  /** Opens what the calling task needs. */
  static Worker ofTask(WorkerJob job) {
    return new Worker(job, TaskContext.get());
  }

  private void closeAfterwards(Runnable close) {
    task.addTaskCompletionListener(
        context -> {
          close.run();
        });
  }

  /** The quantized linears that were sent with a task. */
  static Map<String, QuantizedLinear> unpacked(Map<String, byte[]> sent) {
    Map<String, QuantizedLinear> linears = new HashMap<>();
    sent.forEach((name, bytes) -> linears.put(name, PackedBytes.read(name, bytes)));
    return linears;
  }

  BlockPieces pieces() {
    return pieces;
  }

  /** Engine arrays of this task. */
  NDManager manager() {
    if (manager == null) {
      manager = Engines.newManager();
      closeAfterwards(manager::close);
      Engines.setThreads(job.threads());
    }
    return manager;
  }

  /** Loads a block, once. */
  BlockPieces.OpenBlock block(int index, Map<String, byte[]> quantized) {
    if (block == null) {
      block = pieces.open(index, unpacked(quantized), manager());
      closeAfterwards(block::close);
    }
    return block;
  }

  /** An input of a block, by name. */
  LinearInput input(int index, String name) {
    return ((CausalModel) model)
        .linearInputs(index).stream()
            .filter(input -> input.name().equals(name))
            .findFirst()
            .orElseThrow(() -> new IllegalStateException("no input " + name));
  }

  /** A linear of a block, by name, with its method. */
  PlannedLinear linear(int index, String name) {
    List<LinearInput> inputs = model.linearInputs(index);
    Linear linear =
        inputs.stream()
            .flatMap(input -> input.linears().stream())
            .filter(l -> l.name().equals(name))
            .findFirst()
            .orElseThrow(() -> new IllegalStateException("no linear " + name));
    return new PlannedLinear(linear, methods.apply(name));
  }

  /** Computes with the threads of this task. */
  <T> T compute(Callable<T> body) {
    return Parallel.withThreads(job.threads(), body);
  }
}
