package dev.pbq.train.builtin;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Arrays;
import java.util.SplittableRandom;

/** Draws texts from a model at temperature 1. */
final class TextSampler {
  private static final int TOGETHER = 64;
  private static final String TEXT_END = "\n\n";

  private final NDManager manager;
  private final Parameters parameters;
  private final LlamaForward forward;
  private final TinyConfig config;
  private final WordVocabulary vocabulary;

  /** Borrows everything; the weights must not require gradients. */
  TextSampler(
      NDManager manager, Parameters parameters, LlamaForward forward, WordVocabulary vocabulary) {
    this.manager = manager;
    this.parameters = parameters;
    this.forward = forward;
    this.config = parameters.config();
    this.vocabulary = vocabulary;
  }

  /**
   * Draws sequences that each start with a BOS and fill all positions, and joins them. A sequence
   * is cut after its last complete text (the empty line), so that the result reads as one stream,
   * and left out if its text would not encode to the same ids again.
   *
   * @param sequences how many to draw
   * @param seed the same seed gives the same text on the same machine
   */
  String text(int sequences, long seed) {
    StringBuilder all = new StringBuilder();
    for (int from = 0; from < sequences; from += TOGETHER) {
      int n = Math.min(TOGETHER, sequences - from);
      SplittableRandom[] random = new SplittableRandom[n];
      for (int i = 0; i < n; i++) {
        random[i] = new SplittableRandom(Batches.mix(seed, (long) from + i));
      }
      for (int[] sequence : draw(random)) {
        String text = vocabulary.decode(sequence);
        int end = text.lastIndexOf(TEXT_END) + TEXT_END.length();
        if (end >= TEXT_END.length() && vocabulary.isFaithful(sequence)) {
          all.append(text, 0, end);
        }
      }
    }
    return all.toString();
  }

  /** One sequence for each source of random numbers, BOS included. */
  int[][] draw(SplittableRandom[] random) {
    int n = random.length;
    int[][] sequences = new int[n][config.positions()];
    int[][] last = new int[n][1];
    for (int i = 0; i < n; i++) {
      sequences[i][0] = WordVocabulary.BOS;
      last[i][0] = WordVocabulary.BOS;
    }
    try (SampleCache cache = new SampleCache(manager, config.layers())) {
      for (int t = 0; t + 1 < config.positions(); t++) {
        try (NDManager step = manager.newSubManager()) {
          parameters.lendTo(step);
          NDArray logits = forward.logits(step, last, t, cache);
          float[] values = logits.toFloatArray();
          for (int i = 0; i < n; i++) {
            int v = config.vocabulary();
            int id = choose(Arrays.copyOfRange(values, i * v, (i + 1) * v), random[i]);
            sequences[i][t + 1] = id;
            last[i][0] = id;
          }
        }
      }
    }
    return sequences;
  }

  /** Draws from softmax(logits) without the special tokens, which have no text. */
  private static int choose(float[] logits, SplittableRandom random) {
    float max = Float.NEGATIVE_INFINITY;
    for (int id = WordVocabulary.EOS + 1; id < logits.length; id++) {
      max = Math.max(max, logits[id]);
    }
    double[] cumulative = new double[logits.length];
    double sum = 0;
    for (int id = WordVocabulary.EOS + 1; id < logits.length; id++) {
      sum += Math.exp(logits[id] - (double) max);
      cumulative[id] = sum;
    }
    double point = random.nextDouble() * sum;
    for (int id = WordVocabulary.EOS + 1; id < logits.length; id++) {
      if (point < cumulative[id]) {
        return id;
      }
    }
    return logits.length - 1;
  }
}
