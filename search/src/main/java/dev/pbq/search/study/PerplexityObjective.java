package dev.pbq.search.study;

import dev.pbq.core.PbqException;
import dev.pbq.core.data.EvaluationText;
import dev.pbq.eval.ScoringProgress;
import dev.pbq.eval.protocol.GptqProtocol;
import dev.pbq.eval.scoring.WindowScorer;
import dev.pbq.formats.config.QuantConfig;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Perplexity on windows of a text, weights and activations rounded: that of {@code eval-ppl}. */
public final class PerplexityObjective implements TrialObjective {
  private final TrialModel model;
  private final int[][] windows;
  private final Map<String, String> fingerprint;
  private final ScoringProgress progress;

  private PerplexityObjective(
      TrialModel model,
      int[][] windows,
      Map<String, String> fingerprint,
      ScoringProgress progress) {
    this.model = model;
    this.windows = windows;
    this.fingerprint = new LinkedHashMap<>(fingerprint);
    this.progress = progress;
  }

  /**
   * Cuts the text into windows; the caller closes what is returned.
   *
   * @param model owned from here on, unless this throws
   * @param seqlen tokens per window; empty for the model's default
   * @param limit at most so many windows
   * @throws PbqException USAGE for windows that do not fit the model; BAD_DATA if the text is too
   *     short or its tokens are not the model's
   */
  public static PerplexityObjective of(
      TrialModel model,
      EvaluationText text,
      OptionalInt seqlen,
      OptionalInt limit,
      ScoringProgress progress) {
    int tokens = seqlen.orElseGet(() -> GptqProtocol.defaultSeqlen(model.model()));
    int[][] windows =
        new GptqProtocol(text, OptionalInt.of(tokens), limit)
            .windows(model.model(), model.tokenizer());
    Map<String, String> fingerprint = new LinkedHashMap<>();
    fingerprint.put("text", text.sha256());
    fingerprint.put("tokenizer", model.tokenizer().fingerprint());
    fingerprint.put("seqlen", Integer.toString(tokens));
    fingerprint.put("windows", Integer.toString(windows.length));
    return new PerplexityObjective(model, windows, fingerprint, progress);
  }

  @Override
  public String name() {
    return "perplexity";
  }

  @Override
  public QualityMetric metric() {
    return QualityMetric.PERPLEXITY;
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
