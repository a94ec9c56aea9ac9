package dev.pbq.eval.protocol;

import ai.djl.ndarray.NDManager;
import dev.pbq.core.PbqException;
import dev.pbq.core.data.EvaluationText;
import dev.pbq.core.data.EvaluationWindows;
import dev.pbq.core.data.Tokenizer;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.TransformerModel;
import dev.pbq.eval.MeanAndError;
import dev.pbq.eval.PerplexityResult;
import dev.pbq.eval.PerplexityScore;
import dev.pbq.eval.ScoredWindows;
import dev.pbq.eval.ScoringProgress;
import dev.pbq.eval.TokenizedText;
import dev.pbq.eval.scoring.MeasuredModel;
import dev.pbq.eval.scoring.Span;
import dev.pbq.eval.scoring.WindowScorer;
import java.util.List;
import java.util.OptionalInt;

/**
 * Perplexity as the GPTQ family of papers measures it: the whole text tokenized once (one BOS at
 * its very start where the tokenizer adds one), cut into disjoint windows of {@code seqlen} tokens
 * with the tail dropped; in each window tokens 2..seqlen are predicted from those before them in
 * the window; perplexity = exp(mean over windows of the window's mean negative log-likelihood).
 * PB-LLM, {@code eval_ppl_utils.py}. The reference rounds each window's mean to fp16; this does
 * not.
 *
 * @param seqlen tokens per window, 2 .. the model's longest sequence; by default {@link
 *     #defaultSeqlen}
 * @param limit at most so many windows
 */
public record GptqProtocol(EvaluationText text, OptionalInt seqlen, OptionalInt limit)
    implements PerplexityMeasurement {
  /** The protocol's name in results. */
  public static final String NAME = "gptq";

  /** The papers' window: 2048 tokens, or what the model has positions for. */
  public static int defaultSeqlen(TransformerModel model) {
    return Windows.papers(model);
  }

  /** The measurements of several texts, with equal windows. */
  public static List<GptqProtocol> each(
      List<EvaluationText> texts, OptionalInt seqlen, OptionalInt limit) {
    return texts.stream().map(text -> new GptqProtocol(text, seqlen, limit)).toList();
  }

  @Override
  public String textName() {
    return text.name();
  }

  @Override
  public PerplexityResult run(MeasuredModel model, NDManager manager, ScoringProgress progress) {
    int length = length(model.model());
    long start = System.nanoTime();
    int[] ids = ids(model.model(), model.tokenizer());
    int[][] windows = EvaluationWindows.split(text.name(), ids, length, limit);
    MeanAndError nll =
        MeanAndError.of(new WindowScorer(model.pass()).score(windows, manager, progress));
    return PerplexityResult.of(
        model.name(),
        text.name(),
        new ScoredWindows(
            NAME,
            length,
            null,
            windows.length,
            (long) windows.length * length,
            (long) windows.length * (length - 1)),
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

  /**
   * The windows that are measured, [windows][seqlen] tokens.
   *
   * @throws PbqException as {@link #run}
   */
  public int[][] windows(CausalModel model, Tokenizer tokenizer) {
    return EvaluationWindows.split(text.name(), ids(model, tokenizer), length(model), limit);
  }

  private int length(CausalModel model) {
    return Windows.checked(seqlen.orElse(Windows.papers(model)), 2, model);
  }

  private int[] ids(CausalModel model, Tokenizer tokenizer) {
    int[] ids = text.tokens(tokenizer, length(model));
    Span.requireVocabulary(text.name(), ids, model.vocabularySize());
    return ids;
  }
}
