package dev.pbq.cli.search;

import ai.djl.ndarray.NDManager;
import dev.pbq.core.checkpoint.ModelWeights;
import dev.pbq.core.linalg.Parallel;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.Engines;
import dev.pbq.core.model.ProductOperands;
import dev.pbq.core.tensor.WeightSource;
import dev.pbq.eval.ScoringProgress;
import dev.pbq.eval.WindowScorer;
import dev.pbq.formats.config.QuantConfig;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Perplexity on windows of a text, weights and activations rounded: that of {@code eval-ppl}. */
public final class PerplexityObjective implements TrialObjective {
  private final CausalModel model;
  private final ModelWeights stored;
  private final WeightSource weights;
  private final int[][] windows;
  private final Function<QuantConfig, ProductOperands> operands;
  private final Map<String, String> fingerprint;
  private final long residentBytes;
  private final int threads;
  private final ScoringProgress progress;
  private final NDManager manager;

  /**
   * Prepares.
   *
   * @param stored dense weights; owned from here on, unless this throws
   * @param windows of tokens, [windows][tokens]
   * @param operands how a configuration changes operands, weights included
   * @param fingerprint of text and windows
   * @param residentBytes the largest float32 model that is held in memory whole
   */
  public PerplexityObjective(
      CausalModel model,
      ModelWeights stored,
      int[][] windows,
      Function<QuantConfig, ProductOperands> operands,
      Map<String, String> fingerprint,
      long residentBytes,
      int threads,
      ScoringProgress progress) {
    this.model = model;
    this.stored = stored;
    this.weights = new CachedWeights(stored, residentBytes);
    this.windows = windows;
    this.operands = operands;
    this.fingerprint = new LinkedHashMap<>(fingerprint);
    this.residentBytes = residentBytes;
    this.threads = threads;
    this.progress = progress;
    Engines.setThreads(threads);
    this.manager = Engines.newManager();
  }

  @Override
  public Metric metric() {
    return Metric.PERPLEXITY;
  }

  @Override
  public Map<String, String> fingerprint() {
    return new LinkedHashMap<>(fingerprint);
  }

  @Override
  public double measure(Optional<QuantConfig> config) {
    WindowScorer scorer =
        new WindowScorer(
            model,
            weights,
            config.map(operands).orElse(ProductOperands.UNCHANGED),
            residentBytes,
            Path.of(System.getProperty("java.io.tmpdir")));
    double[] nll = Parallel.withThreads(threads, () -> scorer.score(windows, manager, progress));
    return Math.exp(Arrays.stream(nll).average().orElseThrow());
  }

  @Override
  public void close() {
    try (stored) {
      manager.close();
    }
  }
}
