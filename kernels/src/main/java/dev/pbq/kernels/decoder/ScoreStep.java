package dev.pbq.kernels.decoder;

import dev.pbq.core.model.Alibi;
import dev.pbq.core.model.AttentionShape;
import dev.pbq.core.parallel.Parallel;
import dev.pbq.kernels.lanes.BestLanes;
import dev.pbq.kernels.lanes.Exponential;
import dev.pbq.kernels.lanes.Lanes;
import java.util.Arrays;
import java.util.Optional;

/**
 * Causal attention of queries to the keys and values of the tokens up to their own. Heads are
 * computed side by side where that is worth it, each by itself, so that results do not depend on
 * the number of threads.
 *
 * @param scale of the products of queries and keys
 * @param softcap limit of the scores; 0 for none
 * @param sinks [heads], logits that take part in the softmax; empty for none
 * @param window how many positions a token sees, itself counted; 0 for all before it
 */
record ScoreStep(
    AttentionShape shape,
    float scale,
    float softcap,
    Optional<Alibi> alibi,
    float[] sinks,
    int window) {
  /** Multiplications of all heads below which one thread is faster. */
  private static final long WORTH_THREADS = 1 << 17;

  /**
   * Computes contexts.
   *
   * @param query [tokens, heads, headDim]
   * @param cache holds keys and values up to the span's last token
   * @return [tokens, heads * valueDim]
   */
  float[] apply(float[] query, KeyValues cache, Span span) {
    int heads = shape.heads();
    float[] context = new float[span.count() * heads * shape.valueDim()];
    int end = span.position() + span.count();
    long work = (long) span.count() * heads * end * (shape.headDim() + shape.valueDim());
    if (work < WORTH_THREADS) {
      for (int h = 0; h < heads; h++) {
        new Head(h, cache, end).apply(query, span, context);
      }
    } else {
      Parallel.forEach(heads, h -> new Head(h, cache, end).apply(query, span, context));
    }
    return context;
  }

  /** One head of queries, with room for what it computes. */
  private final class Head {
    private final Lanes lanes = BestLanes.get();
    private final int head;
    private final int own;
    private final KeyValues cache;
    private final float[] query;
    private final float[] scores;
    private final float[] sums = new float[Lanes.ROWS];

    Head(int head, KeyValues cache, int positions) {
      this.head = head;
      this.own = head / (shape.heads() / shape.keyValueHeads());
      this.cache = cache;
      this.query = new float[cache.evenDim()];
      this.scores = new float[positions + 2 * Lanes.ROWS];
    }

    void apply(float[] queries, Span span, float[] context) {
      for (int t = 0; t < span.count(); t++) {
        int end = span.position() + t + 1;
        int first = window == 0 ? 0 : Math.max(0, end - window);
        int at = t * shape.heads() + head;
        System.arraycopy(queries, at * shape.headDim(), query, 0, shape.headDim());
        products(first, end);
        softmax(first, end);
        sum(first, end, context, at * shape.valueDim());
      }
    }

    /** Products with the keys [first, end), and with others of their panels. */
    private void products(int first, int end) {
      float[] keys = cache.keys(own);
      int width = cache.evenDim();
      for (int from = first / Lanes.ROWS * Lanes.ROWS; from < end; from += Lanes.ROWS) {
        lanes.column(keys, from * width, width, query, 0, sums);
        System.arraycopy(sums, 0, scores, from, Lanes.ROWS);
      }
    }

    private void softmax(int first, int end) {
      float largest = sinks.length > 0 ? sinks[head] : Float.NEGATIVE_INFINITY;
      for (int j = first; j < end; j++) {
        float score = score(j);
        scores[j] = score;
        largest = Math.max(largest, score);
      }
      double sum = sinks.length > 0 ? Exponential.exp(sinks[head] - largest) : 0;
      lanes.exp(scores, first, end, largest);
      for (int j = first; j < end; j++) {
        sum += scores[j];
      }
      float factor = (float) (1 / sum);
      for (int j = first; j < end; j++) {
        scores[j] *= factor;
      }
      // The other of a pair of positions.
      Arrays.fill(scores, end, end + 1, 0);
    }

    private float score(int position) {
      float score = scores[position] * scale;
      if (softcap != 0) {
        score = softcap * Exponential.tanh(score / softcap);
      }
      return alibi.isPresent() ? score + alibi.get().bias(head, position) : score;
    }

    /** Values [first, end) times their weights. */
    private void sum(int first, int end, float[] context, int at) {
      int count = end - first + (end - first) % 2;
      for (int p = 0; p < cache.panels(); p++) {
        int d = p * Lanes.ROWS;
        lanes.column(cache.values(own, p), first * Lanes.ROWS, count, scores, first, sums);
        int some = Math.min(Lanes.ROWS, shape.valueDim() - d);
        System.arraycopy(sums, 0, context, at + d, some);
      }
    }
  }
}
