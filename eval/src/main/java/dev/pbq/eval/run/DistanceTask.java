package dev.pbq.eval.run;

import dev.pbq.core.PbqException;
import dev.pbq.core.Version;
import dev.pbq.core.data.EvaluationText;
import dev.pbq.core.data.EvaluationWindows;
import dev.pbq.core.data.TokenChoice;
import dev.pbq.core.data.Tokenizer;
import dev.pbq.core.model.CausalModel;
import dev.pbq.eval.distance.CacheHeader;
import dev.pbq.eval.distance.FolderFingerprint;
import dev.pbq.eval.protocol.GptqProtocol;
import dev.pbq.eval.run.DistanceEvaluation.Named;
import java.util.Arrays;
import java.util.OptionalInt;

/**
 * The text, windows and tokens that two models are compared on.
 *
 * @param windows token ids [windows][tokens]
 * @param header says what the reference's log-probabilities are of
 * @param tokenizer fingerprint of the model's tokenizer
 */
record DistanceTask(int[][] windows, CacheHeader header, String tokenizer) {
  /**
   * Cuts a text into windows that are the same for both models.
   *
   * @param tokens how texts become tokens
   * @param seqlen tokens per window; empty for the default of the shorter model
   * @param limit at most so many windows
   * @throws PbqException BAD_DATA if the tokenizers or vocabularies differ; USAGE for a length that
   *     does not fit the models
   */
  static DistanceTask of(
      Named model,
      Named reference,
      EvaluationText text,
      TokenChoice tokens,
      OptionalInt seqlen,
      OptionalInt limit) {
    CausalModel first = reference.model();
    CausalModel second = model.model();
    int length = length(first, second, seqlen);
    try (Tokenizer original = tokens.open(reference.folder().path());
        Tokenizer own = tokens.open(model.folder().path())) {
      int[] ids = text.tokens(original, length);
      requireSameTokens(model, reference, text, ids, text.tokens(own, length));
      if (first.vocabularySize() != second.vocabularySize()) {
        throw PbqException.badData(
            "the vocabularies differ: "
                + reference.name()
                + " has "
                + first.vocabularySize()
                + " tokens, "
                + model.name()
                + " has "
                + second.vocabularySize());
      }
      int[][] windows = EvaluationWindows.split(text.name(), ids, length, limit);
      CacheHeader header =
          new CacheHeader(
              CacheHeader.VERSION,
              CacheHeader.DTYPE,
              reference.name(),
              FolderFingerprint.of(reference.folder()),
              original.fingerprint(),
              reference.formatLabel().orElse("none"),
              text.name(),
              text.sha256(),
              EvaluationWindows.sha256(windows),
              windows.length,
              length,
              first.vocabularySize(),
              Version.current());
      return new DistanceTask(windows, header, own.fingerprint());
    }
  }

  private static int length(CausalModel first, CausalModel second, OptionalInt seqlen) {
    int positions = Math.min(first.maxPositions(), second.maxPositions());
    int length =
        seqlen.orElse(
            Math.min(GptqProtocol.defaultSeqlen(first), GptqProtocol.defaultSeqlen(second)));
    if (length < 2 || length > positions) {
      throw PbqException.setting(
          "{seqlen} %s is not between 2 and the models' %s", length, positions);
    }
    return length;
  }

  /** Files may differ in what does not matter; what they make of the text may not. */
  private static void requireSameTokens(
      Named model, Named reference, EvaluationText text, int[] original, int[] own) {
    int at = Arrays.mismatch(original, own);
    if (at >= 0) {
      throw PbqException.badData(
          "the tokenizers of "
              + model.name()
              + " and "
              + reference.name()
              + " differ: they part at token "
              + at
              + " of "
              + text.name()
              + ", so there is nothing to compare");
    }
  }
}
