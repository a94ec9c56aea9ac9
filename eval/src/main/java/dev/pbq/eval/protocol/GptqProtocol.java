package dev.pbq.eval.protocol;

import ai.djl.ndarray.NDManager;
import dev.pbq.core.PbqException;
import dev.pbq.core.data.EvaluationText;
import dev.pbq.core.data.EvaluationWindows;
import dev.pbq.core.data.Tokenizer;
import dev.pbq.core.model.CausalModel;
import dev.pbq.eval.MeanAndError;
import dev.pbq.eval.PerplexityResult;
import dev.pbq.eval.ScoringProgress;
import dev.pbq.eval.scoring.WindowScorer;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * Perplexity as the GPTQ family of papers measures it: the whole text tokenized once (one BOS at
 * its very start where the tokenizer adds one), cut into disjoint windows of {@code seqlen} tokens
 * with the tail dropped; in each window tokens 2..seqlen are predicted from those before them in
 * the window; perplexity = exp(mean over windows of the window's mean negative log-likelihood).
 * PB-LLM, {@code eval_ppl_utils.py}. The reference rounds each window's mean to fp16; this does
 * not.
 */
public final class GptqProtocol {
  /** The protocol's name in results. */
  public static final String NAME = "gptq";

  private static final int SHOWN_TOKENS = 8;

  private final CausalModel model;
  private final WindowScorer scorer;
  private final Tokenizer tokenizer;

  /** Evaluates one model; nothing is owned. */
  public GptqProtocol(CausalModel model, WindowScorer scorer, Tokenizer tokenizer) {
    this.model = model;
    this.scorer = scorer;
    this.tokenizer = tokenizer;
  }

  /**
   * Measures one text.
   *
   * @param modelName for the result
   * @param seqlen tokens per window, 2 .. the model's longest sequence
   * @param limit at most so many windows
   * @throws PbqException USAGE for a seqlen that does not fit the model; BAD_DATA if the text is
   *     too short or its tokens are not the model's
   */
  public PerplexityResult measure(
      String modelName,
      EvaluationText text,
      int seqlen,
      OptionalInt limit,
      NDManager manager,
      ScoringProgress progress) {
    if (seqlen < 2 || seqlen > model.maxPositions()) {
      throw PbqException.usage(
          "--seqlen " + seqlen + " is not between 2 and the model's " + model.maxPositions());
    }
    long start = System.nanoTime();
    int[] ids = text.tokens(tokenizer, seqlen);
    for (int id : ids) {
      if (id < 0 || id >= model.vocabularySize()) {
        throw PbqException.badData(
            "text "
                + text.name()
                + " has token id "
                + id
                + " but the model's vocabulary has "
                + model.vocabularySize()
                + " entries: the tokenizer is another model's");
      }
    }
    int[][] windows = EvaluationWindows.split(text.name(), ids, seqlen, limit);
    MeanAndError nll = MeanAndError.of(scorer.score(windows, manager, progress));
    double perplexity = Math.exp(nll.mean());
    List<Integer> first =
        IntStream.of(Arrays.copyOf(ids, Math.min(SHOWN_TOKENS, ids.length))).boxed().toList();
    return new PerplexityResult(
        modelName,
        text.name(),
        NAME,
        seqlen,
        windows.length,
        (long) windows.length * seqlen,
        nll.mean(),
        nll.standardError(),
        perplexity,
        perplexity * nll.standardError(),
        text.joined(),
        text.sha256(),
        ids.length,
        first,
        tokenizer.fingerprint(),
        (System.nanoTime() - start) * 1e-9,
        null);
  }
}
