package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

/**
 * Causal scaled dot-product attention with grouped queries (Ainslie et al., 2023), in pieces: only
 * some query rows of some heads at a time, against only those keys that they can see. Keys and
 * values are not repeated: the queries of a group are stacked into one matrix.
 */
final class CausalAttention implements Attention {
  private final AttentionShape shape;
  private final int window;
  private final Limits limits;
  private final NDArray scale;
  private final ScoreWeights weights;

  /**
   * @param owner gets the constants
   * @param window how many positions a token sees, itself counted; 0 for all before it
   */
  CausalAttention(
      NDManager owner, AttentionShape shape, int window, ScoreRule rule, Limits limits) {
    this.shape = shape;
    this.window = window;
    this.limits = limits;
    this.scale = owner.full(new Shape(), (float) rule.scale(), DataType.FLOAT32);
    this.weights = new ScoreWeights(rule, shape.keyValueHeads());
  }

  /** Scales the query in place. */
  @Override
  public NDArray apply(NDArray query, NDArray key, NDArray value) {
    long sequences = query.getShape().get(0);
    long tokens = query.getShape().get(1);
    long keys = key.getShape().get(1);
    long pairs = sequences * shape.keyValueHeads();
    long group = shape.heads() / shape.keyValueHeads();
    long width = shape.headDim();
    query.muli(scale);
    try (NDArray queryByHead = query.transpose(0, 2, 1, 3);
        NDArray keyByHead = key.transpose(0, 2, 1, 3);
        NDArray valueByHead = value.transpose(0, 2, 1, 3);
        NDArray q = queryByHead.reshape(new Shape(pairs, group, tokens, width));
        NDArray k = keyByHead.reshape(new Shape(pairs, keys, width));
        NDArray v = valueByHead.reshape(new Shape(pairs, keys, shape.valueDim()));
        NDArray context = tiles(q, k, v);
        NDArray split = context.reshape(new Shape(sequences, shape.heads(), tokens, -1));
        NDArray byToken = split.transpose(0, 2, 1, 3)) {
      return byToken.reshape(
          new Shape(sequences * tokens, (long) shape.heads() * shape.valueDim()));
    }
  }

  /** All query rows, some at a time: [pairs, group, tokens, headDim]. */
  private NDArray tiles(NDArray q, NDArray k, NDArray v) {
    long group = q.getShape().get(1);
    long tokens = q.getShape().get(2);
    long keys = k.getShape().get(1);
    long rows = Math.max(1, Math.min(limits.queryRows(), limits.scoreBytes() / (4 * group * keys)));
    long offset = keys - tokens;
    NDList done = new NDList();
    CausalMask mask = null;
    for (long row = 0; row < tokens; row += rows) {
      // Positions: row 0 follows the keys that were there before.
      long from = offset + row;
      long to = Math.min(keys, from + rows);
      long firstKey = window == 0 ? 0 : Math.max(0, from - window + 1);
      // Keys before the tile are seen by all of its rows, unless the window cuts them off.
      boolean cut = window != 0 && to - 1 - firstKey >= window;
      long firstMasked = cut ? firstKey : from;
      int height = (int) (to - from);
      int width = (int) (to - firstMasked);
      int before = (int) (from - firstMasked);
      int limit = cut ? window : 0;
      if (mask == null || !mask.fits(height, width, before, limit)) {
        if (mask != null) {
          mask.array().close();
        }
        mask = CausalMask.of(q.getManager(), height, width, before, limit);
      }
      done.add(tile(q, k, v, from, to, firstKey, mask.array()));
    }
    if (mask != null) {
      mask.array().close();
    }
    return joined(done, 2);
  }

  /** The query rows at positions [from, to) of all heads, some heads at a time. */
  private NDArray tile(
      NDArray q, NDArray k, NDArray v, long from, long to, long firstKey, NDArray mask) {
    long pairs = q.getShape().get(0);
    long group = q.getShape().get(1);
    long offset = k.getShape().get(1) - q.getShape().get(2);
    long bytesPerPair = 4 * group * (to - from) * (to - firstKey);
    long step = Math.max(1, Math.min(pairs, limits.scoreBytes() / bytesPerPair));
    NDList done = new NDList();
    for (long first = 0; first < pairs; first += step) {
      long last = Math.min(pairs, first + step);
      try (NDArray somePairs = HostArrays.rows(q, first, last);
          NDArray someRows = HostArrays.slice(somePairs, 2, from - offset, to - offset);
          NDArray queries = someRows.reshape(new Shape(last - first, group * (to - from), -1));
          NDArray keyPairs = HostArrays.rows(k, first, last);
          NDArray keys = HostArrays.slice(keyPairs, 1, firstKey, to);
          NDArray valuePairs = HostArrays.rows(v, first, last);
          NDArray values = HostArrays.slice(valuePairs, 1, firstKey, to);
          NDArray transposed = keys.transpose(0, 2, 1);
          NDArray scores = queries.batchMatMul(transposed);
          NDArray shares = weights.of(scores, group, first, firstKey, mask);
          NDArray context = shares.batchMatMul(values)) {
        done.add(context.reshape(new Shape(last - first, group, to - from, -1)));
      }
    }
    return joined(done, 0);
  }

  private static NDArray joined(NDList parts, int axis) {
    if (parts.size() == 1) {
      return parts.get(0);
    }
    try (parts) {
      return NDArrays.concat(parts, axis);
    }
  }
}
