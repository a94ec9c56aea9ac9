package dev.pbq.kernels.decoder;

import dev.pbq.core.model.AttentionShape;

/** What makes queries, keys and values of an input. */
sealed interface HeadsStep {
  /** Those of inputs [count, hidden]. */
  Heads apply(float[] x, int count);

  /**
   * Three linears.
   *
   * @param all query, key and value
   */
  record Separate(SharedInput all) implements HeadsStep {
    @Override
    public Heads apply(float[] x, int count) {
      float[][] outputs = all.apply(x, count);
      return new Heads(outputs[0], outputs[1], outputs[2], new float[0]);
    }
  }

  /**
   * Three linears, the first of which makes a gate for each head behind its query.
   *
   * @param all query, key and value
   * @param width of a head
   */
  record Gated(SharedInput all, int width) implements HeadsStep {
    @Override
    public Heads apply(float[] x, int count) {
      float[][] outputs = all.apply(x, count);
      float[] both = outputs[0];
      float[] queries = new float[both.length / 2];
      float[] gates = new float[both.length / 2];
      for (int at = 0; at < queries.length; at += width) {
        System.arraycopy(both, 2 * at, queries, at, width);
        System.arraycopy(both, 2 * at + width, gates, at, width);
      }
      return new Heads(queries, outputs[1], outputs[2], gates);
    }
  }

  /** One linear whose outputs are, for each group of heads, its queries, keys and values. */
  record Fused(LinearStep all, AttentionShape shape, int groups) implements HeadsStep {
    @Override
    public Heads apply(float[] x, int count) {
      float[] flat = all.apply(x, count);
      int queries = shape.heads() / groups * shape.headDim();
      int keys = shape.keyValueHeads() / groups * shape.headDim();
      float[] q = new float[count * groups * queries];
      float[] k = new float[count * groups * keys];
      float[] v = new float[k.length];
      for (int i = 0; i < count * groups; i++) {
        int from = i * (queries + 2 * keys);
        System.arraycopy(flat, from, q, i * queries, queries);
        System.arraycopy(flat, from + queries, k, i * keys, keys);
        System.arraycopy(flat, from + queries + keys, v, i * keys, keys);
      }
      return new Heads(q, k, v, new float[0]);
    }
  }
}
