package dev.pbq.search.study;

import dev.pbq.core.PbqException;
import dev.pbq.formats.config.QuantConfig;
import java.util.Map;
import java.util.Optional;

/**
 * Judges a model run in number formats. One object serves a whole study, and keeps what all trials
 * need: tokens, and the dense weights.
 */
public interface TrialObjective extends AutoCloseable {
  /** What the objective is called in a study's file: {@code perplexity} or {@code task}. */
  String name();

  /** What is measured. */
  QualityMetric metric();

  /** Everything that measurements depend on besides the weights, by name. */
  Map<String, String> fingerprint();

  /**
   * Measures.
   *
   * @param config formats of all products; empty for full precision
   * @throws PbqException NUMERICAL if the model gives no finite result
   */
  double measure(Optional<QuantConfig> config);

  @Override
  void close();
}
