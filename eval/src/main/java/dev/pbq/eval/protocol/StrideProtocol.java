package dev.pbq.eval.protocol;

import ai.djl.ndarray.NDManager;
import dev.pbq.core.PbqException;
import dev.pbq.core.data.EvaluationText;
import dev.pbq.eval.MeanAndError;
import dev.pbq.eval.PerplexityResult;
import dev.pbq.eval.PerplexityScore;
import dev.pbq.eval.ScoredWindows;
import dev.pbq.eval.ScoringProgress;
import dev.pbq.eval.TokenizedText;
import dev.pbq.eval.scoring.MeasuredModel;
import dev.pbq.eval.scoring.Span;
import dev.pbq.eval.scoring.SpanScorer;
import dev.pbq.eval.scoring.SpanScores;
import java.util.List;
import java.util.OptionalInt;

/**
 * Perplexity by a sliding window, as in the Hugging Face guide "Perplexity of fixed-length models"
 * and HQQ's evaluation: the whole text tokenized once; windows of at most {@code seqlen} tokens
 * advance by {@code stride}, and each scores what those before it did not; perplexity = exp(sum of
 * (mean negative log-likelihood of a window's scored tokens * its weight) / sum of the weights). A
 * window that begins with the tokens it scores (the first one; all of them where the stride is the
 * whole window) scores one token less: nothing comes before the first.
 *
 * @param seqlen tokens per window; by default the papers' 2048 or the model's longest
 * @param stride how far the window advances, 1 .. seqlen; by default half of it
 * @param limit at most so many windows
 * @param loop which of the guide's two loops: where windows stand, and what they weigh
 */
public record StrideProtocol(
    EvaluationText text, OptionalInt seqlen, OptionalInt stride, OptionalInt limit, StrideLoop loop)
    implements PerplexityMeasurement {
  /** The protocol's name in results, by the guide's first loop. */
  public static final String NAME = "hf-stride";

  /** Its name by the loop of today's guide. */
  public static final String GUIDE = "hf-guide";

  /** By the first loop. */
  public StrideProtocol(
      EvaluationText text, OptionalInt seqlen, OptionalInt stride, OptionalInt limit) {
    this(text, seqlen, stride, limit, StrideLoop.FIRST);
  }

  @Override
  public String textName() {
    return text.name();
  }

  @Override
  public PerplexityResult run(MeasuredModel model, NDManager manager, ScoringProgress progress) {
    int length = Windows.checked(seqlen.orElse(Windows.papers(model.model())), 2, model.model());
    int step = stride.orElse(length / 2);
    if (step < 1 || step > length) {
      throw PbqException.setting("{stride} %s is not between 1 and the window's %s", step, length);
    }
    long start = System.nanoTime();
    int[] ids = text.tokens(model.tokenizer(), length);
    Span.requireVocabulary(text.name(), ids, model.model().vocabularySize());
    if (ids.length < 2) {
      throw PbqException.badData(
          text.name() + " has only " + ids.length + " tokens: nothing can be predicted");
    }
    List<StrideLoop.Window> windows = loop.windows(ids, length, step, limit);
    List<Span> spans = windows.stream().map(StrideLoop.Window::span).toList();
    SpanScores scores = new SpanScorer(model.pass()).score(spans, manager, progress);

    double sum = 0;
    double[] means = new double[spans.size()];
    long tokens = 0;
    long scored = 0;
    long weights = 0;
    for (int i = 0; i < spans.size(); i++) {
      Span span = spans.get(i);
      means[i] = scores.total(i) / span.scored();
      sum += means[i] * windows.get(i).weight();
      weights += windows.get(i).weight();
      tokens += span.end() - span.begin();
      scored += span.scored();
    }
    MeanAndError nll = new MeanAndError(sum / weights, MeanAndError.of(means).standardError());
    return PerplexityResult.of(
        model.name(),
        text.name(),
        new ScoredWindows(loop.label(), length, step, spans.size(), tokens, scored),
        PerplexityScore.of(nll, null),
        new TokenizedText(
            Windows.bosOfText(model, ids),
            text.joined(),
            text.sha256(),
            ids.length,
            Windows.shown(ids),
            model.tokenizer().fingerprint()),
        Windows.seconds(start));
  }
}
