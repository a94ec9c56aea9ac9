package dev.pbq.train.builtin;

import ai.djl.ndarray.NDManager;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.KeyValueCache;
import dev.pbq.train.student.Teacher;
import java.util.Arrays;
import java.util.SplittableRandom;

/** Draws texts from a model at temperature 1. Owns the model's arrays; one thread at a time. */
final class TextSampler implements AutoCloseable {
  private static final int TOGETHER = 64;
  private static final String TEXT_END = "\n\n";

  private final NDManager manager;
  private final TinyConfig config;
  private final CausalModel model;
  private final Teacher writer;
  private final WordVocabulary vocabulary;

  /** Loads a model of the weights' current values. */
  TextSampler(NDManager manager, TinyWeights weights, WordVocabulary vocabulary) {
    this.manager = manager;
    this.config = weights.config();
    this.model = TinyModelFolder.model(config);
    this.writer = new Teacher(manager, model, weights);
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
    try (KeyValueCache cache = KeyValueCache.of(manager, model, n, config.positions())) {
      for (int t = 0; t + 1 < config.positions(); t++) {
        try (NDManager step = manager.newSubManager()) {
          float[] values = writer.lastLogits(step, last, cache).toFloatArray();
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

  @Override
  public void close() {
    writer.close();
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
