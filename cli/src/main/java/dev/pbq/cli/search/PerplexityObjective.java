package dev.pbq.cli.search;

import dev.pbq.eval.ScoringProgress;
import dev.pbq.eval.scoring.WindowScorer;
import dev.pbq.formats.config.QuantConfig;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Perplexity on windows of a text, weights and activations rounded: that of {@code eval-ppl}. */
public final class PerplexityObjective implements TrialObjective {
  private final TrialModel model;
  private final int[][] windows;
  private final Map<String, String> fingerprint;
  private final ScoringProgress progress;

  /**
   * Prepares.
   *
   * @param model owned from here on
   * @param windows of tokens, [windows][tokens]
   * @param fingerprint of text and windows
   */
  public PerplexityObjective(
      TrialModel model,
      int[][] windows,
      Map<String, String> fingerprint,
      ScoringProgress progress) {
    this.model = model;
    this.windows = windows;
    this.fingerprint = new LinkedHashMap<>(fingerprint);
    this.progress = progress;
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
    double[] nll =
        model.run(
            config, (pass, manager) -> new WindowScorer(pass).score(windows, manager, progress));
    return Math.exp(Arrays.stream(nll).average().orElseThrow());
  }

  @Override
  public void close() {
    model.close();
  }
}
