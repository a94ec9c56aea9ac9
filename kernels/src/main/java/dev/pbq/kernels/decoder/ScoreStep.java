package dev.pbq.kernels.decoder;

import dev.pbq.core.model.Alibi;
import dev.pbq.core.model.AttentionShape;
import dev.pbq.core.parallel.Parallel;
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
  private static final long WORTH_THREADS = 1 << 18;

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
        head(h, query, cache, span, context);
      }
    } else {
      Parallel.forEach(heads, h -> head(h, query, cache, span, context));
    }
    return context;
  }

  private void head(int head, float[] query, KeyValues cache, Span span, float[] context) {
    int heads = shape.heads();
    int own = head / (heads / shape.keyValueHeads());
    float[] weights = new float[span.position() + span.count()];
    for (int t = 0; t < span.count(); t++) {
      int end = span.position() + t + 1;
      int first = window == 0 ? 0 : Math.max(0, end - window);
      products(query, (t * heads + head) * shape.headDim(), cache.keys(own), first, end, weights);
      softmax(head, first, end, weights);
      sum(weights, cache.values(own), first, end, context, (t * heads + head) * shape.valueDim());
    }
  }

  /** Products of one query with the keys [first, end), and perhaps with some before the first. */
  private void products(float[] query, int at, float[] keys, int first, int end, float[] scores) {
    int tile = KeyValues.TILE;
    int width = shape.headDim();
    for (int from = first / tile * tile; from < end; from += tile) {
      int count = Math.min(tile, end - from);
      Arrays.fill(scores, from, from + count, 0);
      int d = 0;
      for (; d + 3 < width; d += 4) {
        int k = from * width + d * tile;
        add(query, at + d, keys, k, scores, from, count);
      }
      for (; d < width; d++) {
        float q = query[at + d];
        int k = from * width + d * tile;
        for (int i = 0; i < count; i++) {
          scores[from + i] += q * keys[k + i];
        }
      }
    }
  }

  /** Adds the products of four features of a query, each with those of consecutive keys. */
  private static void add(
      float[] query, int at, float[] keys, int k, float[] scores, int from, int count) {
    float q0 = query[at];
    float q1 = query[at + 1];
    float q2 = query[at + 2];
    float q3 = query[at + 3];
    int k1 = k + KeyValues.TILE;
    int k2 = k1 + KeyValues.TILE;
    int k3 = k2 + KeyValues.TILE;
    for (int i = 0; i < count; i++) {
      scores[from + i] +=
          (q0 * keys[k + i] + q1 * keys[k1 + i]) + (q2 * keys[k2 + i] + q3 * keys[k3 + i]);
    }
  }

  private void softmax(int head, int first, int end, float[] scores) {
    float largest = sinks.length > 0 ? sinks[head] : Float.NEGATIVE_INFINITY;
    for (int j = first; j < end; j++) {
      float score = scores[j] * scale;
      if (softcap != 0) {
        score = softcap * Exponential.tanh(score / softcap);
      }
      if (alibi.isPresent()) {
        score += alibi.get().bias(head, j);
      }
      scores[j] = score;
      largest = Math.max(largest, score);
    }
    double sum = sinks.length > 0 ? Exponential.exp(sinks[head] - largest) : 0;
    for (int j = first; j < end; j++) {
      scores[j] = Exponential.exp(scores[j] - largest);
      sum += scores[j];
    }
    float factor = (float) (1 / sum);
    for (int j = first; j < end; j++) {
      scores[j] *= factor;
    }
  }

  /** Adds values [first, end) times their weights. */
  private void sum(float[] weights, float[] values, int first, int end, float[] context, int at) {
    int width = shape.valueDim();
    int j = first;
    for (; j + 3 < end; j += 4) {
      float w0 = weights[j];
      float w1 = weights[j + 1];
      float w2 = weights[j + 2];
      float w3 = weights[j + 3];
      int v = j * width;
      int v1 = v + width;
      int v2 = v1 + width;
      int v3 = v2 + width;
      for (int d = 0; d < width; d++) {
        context[at + d] +=
            (w0 * values[v + d] + w1 * values[v1 + d])
                + (w2 * values[v2 + d] + w3 * values[v3 + d]);
      }
    }
    for (; j < end; j++) {
      float w = weights[j];
      for (int d = 0; d < width; d++) {
        context[at + d] += w * values[j * width + d];
      }
    }
  }
}
