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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/**
 * Perplexity as {@code llama-perplexity} of llama.cpp measures it: the text as it is in the file,
 * tokenized once and cut into disjoint chunks of {@code seqlen} tokens with the tail dropped; the
 * first token of every chunk replaced by BOS where the tokenizer adds one; in each chunk only the
 * tokens after position seqlen / 2 are scored (255 of 512), all with half a chunk before them;
 * perplexity = exp(mean over all scored tokens), +- the standard error over tokens.
 *
 * @param text as it is in the file
 * @param seqlen tokens per chunk ({@code n_ctx}); by default 512, or the model's longest
 * @param limit at most so many chunks
 */
public record LlamaCppProtocol(EvaluationText text, OptionalInt seqlen, OptionalInt limit)
    implements PerplexityMeasurement {
  /** The protocol's name in results. */
  public static final String NAME = "llamacpp";

  private static final int DEFAULT_CHUNK = 512;

  @Override
  public String textName() {
    return text.name();
  }

  @Override
  public PerplexityResult run(MeasuredModel model, NDManager manager, ScoringProgress progress) {
    int length =
        Windows.checked(
            seqlen.orElse(Math.min(DEFAULT_CHUNK, model.model().maxPositions())), 4, model.model());
    long start = System.nanoTime();
    int[] ids = text.tokens(model.tokenizer(), length);
    Span.requireVocabulary(text.name(), ids, model.model().vocabularySize());
    if (ids.length < 2 * length) {
      throw PbqException.badData(
          "%s has only %d tokens, fewer than two chunks of %d"
              .formatted(text.name(), ids.length, length));
    }
    boolean bos = model.addsBos();
    int chunks = Windows.limited(ids.length / length, limit);
    int[] shown = ids;
    if (bos) {
      ids = Arrays.copyOf(ids, chunks * length);
      for (int c = 0; c < chunks; c++) {
        ids[c * length] = model.tokenizer().bosTokenId().getAsInt();
      }
    }
    List<Span> spans = new ArrayList<>();
    for (int c = 0; c < chunks; c++) {
      int begin = c * length;
      spans.add(new Span(ids, begin, begin + length / 2 + 1, begin + length));
    }
    SpanScores scores = new SpanScorer(model.pass()).score(spans, manager, progress);
    long scored = (long) chunks * spans.get(0).scored();
    return PerplexityResult.of(
        model.name(),
        text.name(),
        new ScoredWindows(NAME, length, null, chunks, (long) chunks * length, scored),
        PerplexityScore.of(overTokens(scores, scored), null),
        new TokenizedText(
            bos ? "at the start of every window, in place of its first token" : "none",
            text.joined(),
            text.sha256(),
            shown.length,
            Windows.shown(ids),
            model.tokenizer().fingerprint()),
        Windows.seconds(start));
  }

  /** Mean and standard error as llama.cpp computes them: population variance over n - 1. */
  private static MeanAndError overTokens(SpanScores scores, long count) {
    double sum = 0;
    double squares = 0;
    for (float[] span : scores.nll()) {
      for (float v : span) {
        sum += v;
        squares += (double) v * v;
      }
    }
    double mean = sum / count;
    double variance = Math.max(0, squares / count - mean * mean);
    return new MeanAndError(mean, Math.sqrt(variance / (count - 1)));
  }
}
