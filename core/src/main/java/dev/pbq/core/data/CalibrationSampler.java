package dev.pbq.core.data;

import dev.pbq.core.PbqException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntUnaryOperator;

/**
 * Draws calibration windows exactly as the Python references do: the same text, tokenizer, seed and
 * sizes give the same windows.
 *
 * <p>Source: get_wikitext2, get_ptb and get_c4 in datautils.py of the GPTQ family (PB-LLM, BiLLM),
 * with Python's {@code random} seeded just before.
 */
public final class CalibrationSampler {
  /** After so many documents in a row that are too short, the search is given up. */
  static final int MAX_REJECTIONS = 50_000;

  private CalibrationSampler() {}

  /**
   * Draws {@code nsamples} windows of {@code seqlen} tokens.
   *
   * <p>From one text of T tokens: {@code start = randint(0, T - seqlen - 1)} for each window. From
   * documents: {@code i = randint(0, documents - 1)} until document i has strictly more than {@code
   * seqlen} tokens, then {@code start = randint(0, length - seqlen - 1)} within it.
   *
   * @throws PbqException BAD_DATA if the text, or every document drawn, has no more than {@code
   *     seqlen} tokens; USAGE if a size is not positive
   */
  public static CalibrationSet draw(
      CalibrationText text, Tokenizer tokenizer, int nsamples, int seqlen, long seed) {
    if (nsamples < 1) {
      throw PbqException.usage("nsamples must be at least 1, not " + nsamples);
    }
    if (seqlen < 1) {
      throw PbqException.usage("seqlen must be at least 1, not " + seqlen);
    }
    PythonRandom random = new PythonRandom(seed);
    List<int[]> windows = new ArrayList<>(nsamples);
    String amount;
    if (text instanceof CalibrationText.Contiguous whole) {
      int[] ids = tokenizer.encode(whole.text());
      requireLonger(text, ids.length, nsamples, seqlen);
      for (long start : starts(random, ids.length, nsamples, seqlen)) {
        windows.add(Arrays.copyOfRange(ids, (int) start, (int) start + seqlen));
      }
      amount = ids.length + " tokens";
    } else if (text instanceof CalibrationText.PerDocument apart) {
      Documents documents = apart.documents();
      TokenizedDocuments tokens = new TokenizedDocuments(documents, tokenizer, random, seqlen);
      for (Pick pick :
          picks(random, documents.size(), tokens::length, nsamples, seqlen, text.name())) {
        int[] ids = tokens.ids(pick.document());
        int start = (int) pick.start();
        windows.add(Arrays.copyOfRange(ids, start, start + seqlen));
      }
      amount = documents.size() + " documents";
    } else {
      throw new IllegalStateException("no way to draw from " + text.getClass().getSimpleName());
    }
    return CalibrationSet.of(
        windows,
        "%d windows of %d tokens drawn from the %s of %s (%s) with seed %d"
            .formatted(nsamples, seqlen, amount, text.name(), text.joined(), seed));
  }

  private static void requireLonger(CalibrationText text, int tokens, int nsamples, int seqlen) {
    if (tokens <= seqlen) {
      throw PbqException.badData(
          "asked for %d windows of %d tokens; %s has only %d tokens"
              .formatted(nsamples, seqlen, text.source(), tokens));
    }
  }

  /** Where the windows begin in a text of so many tokens, more than {@code seqlen}. */
  static long[] starts(PythonRandom random, long tokens, int nsamples, int seqlen) {
    long[] starts = new long[nsamples];
    for (int i = 0; i < nsamples; i++) {
      starts[i] = random.randint(0, tokens - seqlen - 1);
    }
    return starts;
  }

  /** A window of a document. */
  record Pick(int document, long start) {}

  /**
   * Which windows of which documents are drawn.
   *
   * @param length the number of tokens of a document
   * @param name of the text, for the error
   */
  static List<Pick> picks(
      PythonRandom random,
      int documents,
      IntUnaryOperator length,
      int nsamples,
      int seqlen,
      String name) {
    List<Pick> picks = new ArrayList<>(nsamples);
    BitSet tooShort = new BitSet(documents);
    int distinctTooShort = 0;
    int rejections = 0;
    int longest = 0;
    while (picks.size() < nsamples) {
      int document = (int) random.randint(0, documents - 1);
      int tokens = length.applyAsInt(document);
      longest = Math.max(longest, tokens);
      if (tokens > seqlen) {
        picks.add(new Pick(document, random.randint(0, tokens - seqlen - 1)));
        rejections = 0;
        continue;
      }
      if (!tooShort.get(document)) {
        tooShort.set(document);
        distinctTooShort++;
      }
      rejections++;
      if (rejections >= MAX_REJECTIONS || distinctTooShort == documents) {
        throw PbqException.badData(
            "asked for %d windows of %d tokens; of %d documents of %s drawn none is longer (longest: %d)"
                .formatted(nsamples, seqlen, distinctTooShort, name, longest));
      }
    }
    return picks;
  }
}
