package dev.pbq.cli.search;

import ai.djl.ndarray.NDManager;
import dev.pbq.core.checkpoint.ModelWeights;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.Engines;
import dev.pbq.core.model.ProductOperands;
import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.tensor.WeightSource;
import dev.pbq.eval.scoring.ForwardPass;
import dev.pbq.formats.config.QuantConfig;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;

/** The dense model that all trials of a study run in number formats of theirs. */
public final class TrialModel implements AutoCloseable {
  private final CausalModel model;
  private final ModelWeights stored;
  private final WeightSource weights;
  private final Function<QuantConfig, ProductOperands> operands;
  private final long residentBytes;
  private final int threads;
  private final NDManager manager;

  /**
   * Prepares.
   *
   * @param stored dense weights; owned from here on, unless this throws
   * @param operands how a configuration changes operands, weights included
   * @param residentBytes the largest float32 model that is held in memory whole
   */
  public TrialModel(
      CausalModel model,
      ModelWeights stored,
      Function<QuantConfig, ProductOperands> operands,
      long residentBytes,
      int threads) {
    this.model = model;
    this.stored = stored;
    this.weights = new CachedWeights(stored, residentBytes);
    this.operands = operands;
    this.residentBytes = residentBytes;
    this.threads = threads;
    Engines.setThreads(threads);
    this.manager = Engines.newManager();
  }

  /** Runs {@code body} on the model in a configuration; empty for full precision. */
  <T> T run(Optional<QuantConfig> config, BiFunction<ForwardPass, NDManager, T> body) {
    ForwardPass pass =
        new ForwardPass(
            model,
            weights,
            config.map(operands).orElse(ProductOperands.UNCHANGED),
            residentBytes,
            Path.of(System.getProperty("java.io.tmpdir")));
    return Parallel.withThreads(threads, () -> body.apply(pass, manager));
  }

  @Override
  public void close() {
    try (stored) {
      manager.close();
    }
  }
}
