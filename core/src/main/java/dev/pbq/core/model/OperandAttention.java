package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

/**
 * Attention whose operands are changed before they are multiplied. Where {@link CausalAttention}
 * works in pieces of the sequence, this sees whole operands, as what happens to a number may depend
 * on its neighbours: all query rows of some heads at a time, against all keys.
 */
final class OperandAttention implements Attention {
  private final AttentionShape heads;
  private final int window;
  private final boolean scaledScores;
  private final AttentionOperands operands;
  private final Limits limits;
  private final NDArray scale;
  private final NDArray root;

  /**
   * Makes an attention.
   *
   * @param owner gets the constants
   * @param window as for {@link CausalAttention}
   * @param scaledScores whether the scores are divided by the root of the head's width, or the
   *     queries multiplied by its inverse: a difference where queries are changed in between
   */
  OperandAttention(
      NDManager owner,
      AttentionShape heads,
      int window,
      boolean scaledScores,
      AttentionOperands operands,
      Limits limits) {
    this.heads = heads;
    this.window = window;
    this.scaledScores = scaledScores;
    this.operands = operands;
    this.limits = limits;
    double width = Math.sqrt(heads.headDim());
    this.scale = owner.full(new Shape(), (float) (1 / width), DataType.FLOAT32);
    this.root = owner.full(new Shape(), (float) width, DataType.FLOAT32);
  }

  @Override
  public NDArray apply(NDArray query, NDArray key, NDArray value) {
    long sequences = query.getShape().get(0);
    long tokens = query.getShape().get(1);
    long keys = key.getShape().get(1);
    long pairs = sequences * heads.keyValueHeads();
    long group = heads.heads() / heads.keyValueHeads();
    long width = heads.headDim();
    if (!scaledScores) {
      query.muli(scale);
    }
    try (NDArray queryByHead = query.transpose(0, 2, 1, 3);
        NDArray keyByHead = key.transpose(0, 2, 3, 1);
        NDArray valueByHead = value.transpose(0, 2, 1, 3);
        NDArray wholeQ = changed("the queries", queryByHead, operands.query(), pairs * group);
        NDArray wholeK = changed("the keys", keyByHead, operands.key(), pairs);
        NDArray wholeV = changed("the values", valueByHead, operands.value(), pairs);
        NDArray q = wholeQ.reshape(new Shape(pairs, group * tokens, width));
        NDArray k = wholeK.reshape(new Shape(pairs, width, keys));
        NDArray v = wholeV.reshape(new Shape(pairs, keys, width));
        NDArray mask =
            CausalMask.of(
                    query.getManager(), (int) tokens, (int) keys, (int) (keys - tokens), window)
                .array();
        NDArray context = someAtATime(q, k, v, group, mask);
        NDArray split = context.reshape(new Shape(sequences, heads.heads(), tokens, width));
        NDArray byToken = split.transpose(0, 2, 1, 3)) {
      return byToken.reshape(new Shape(sequences * tokens, heads.heads() * width));
    }
  }

  private NDArray someAtATime(NDArray q, NDArray k, NDArray v, long group, NDArray mask) {
    long pairs = q.getShape().get(0);
    long scores = mask.getShape().size();
    long step = Math.max(1, Math.min(pairs, limits.scoreBytes() / (4 * group * scores)));
    NDList done = new NDList();
    for (long first = 0; first < pairs; first += step) {
      long last = Math.min(pairs, first + step);
      try (NDArray queries = HostArrays.rows(q, first, last);
          NDArray keys = HostArrays.rows(k, first, last);
          NDArray values = HostArrays.rows(v, first, last);
          NDArray weights = attentionWeights(queries, keys, group, mask);
          NDArray operand =
              changed(
                  "the attention weights", weights, operands.weights(), (last - first) * group)) {
        done.add(operand.batchMatMul(values));
      }
    }
    if (done.size() == 1) {
      return done.get(0);
    }
    try (done) {
      return NDArrays.concat(done, 0);
    }
  }

  /** softmax(q k + mask): [pairs, group * tokens, keys]. */
  private NDArray attentionWeights(NDArray q, NDArray k, long group, NDArray mask) {
    try (NDArray scores = q.batchMatMul(k)) {
      OperandArrays.show(
          "the attention scores", scores, operands.scores(), scores.getShape().get(0) * group);
      if (scaledScores) {
        scores.divi(root);
      }
      Shape shape = scores.getShape();
      long keys = shape.get(2);
      long tokens = shape.get(1) / group;
      try (NDArray byQuery = scores.reshape(new Shape(shape.get(0), group, tokens, keys))) {
        // A view: this writes into the scores.
        byQuery.addi(mask);
      }
      return scores.softmax(-1);
    }
  }

  /** A copy of an array of {@code matrices} matrices, changed. */
  private static NDArray changed(
      String name, NDArray x, OperandTransform transform, long matrices) {
    Shape shape = x.getShape();
    long rows = shape.size() / matrices / shape.get(shape.dimension() - 1);
    return OperandArrays.changed(name, x, transform, matrices, rows);
  }
}
