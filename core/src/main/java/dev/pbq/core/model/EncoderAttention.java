package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Optional;

/**
 * Scaled dot-product attention in which every token sees all tokens of its sequence, some sequences
 * at a time. The scores are divided by the root of the head's width, after the product.
 */
final class EncoderAttention {
  private final int heads;
  private final int headDim;
  private final AttentionOperands operands;
  private final Limits limits;
  private final NDArray root;

  /**
   * @param owner gets the constants
   * @param operands what happens to the operands of both products
   */
  EncoderAttention(
      NDManager owner, AttentionShape shape, AttentionOperands operands, Limits limits) {
    this.heads = shape.heads();
    this.headDim = shape.headDim();
    this.operands = operands;
    this.limits = limits;
    this.root = owner.full(new Shape(), (float) Math.sqrt(headDim), DataType.FLOAT32);
  }

  /**
   * Attends.
   *
   * @param query [sequences, tokens, heads, headDim]
   * @param key as {@code query}
   * @param value as {@code query}
   * @param mask as {@link PaddingMask#of} makes it
   * @return contiguous [sequences * tokens, heads * headDim], attached to the query's manager
   */
  NDArray apply(NDArray query, NDArray key, NDArray value, Optional<NDArray> mask) {
    long sequences = query.getShape().get(0);
    long tokens = query.getShape().get(1);
    long pairs = sequences * heads;
    try (NDArray queryByHead = query.transpose(0, 2, 1, 3);
        NDArray keyByHead = key.transpose(0, 2, 3, 1);
        NDArray valueByHead = value.transpose(0, 2, 1, 3);
        NDArray wholeQ = operand("the queries", queryByHead, operands.query());
        NDArray wholeK = operand("the keys", keyByHead, operands.key());
        NDArray wholeV = operand("the values", valueByHead, operands.value());
        NDArray q = wholeQ.reshape(new Shape(pairs, tokens, headDim));
        NDArray k = wholeK.reshape(new Shape(pairs, headDim, tokens));
        NDArray v = wholeV.reshape(new Shape(pairs, tokens, headDim));
        NDArray context = someAtATime(q, k, v, mask);
        NDArray split = context.reshape(new Shape(sequences, heads, tokens, headDim));
        NDArray byToken = split.transpose(0, 2, 1, 3)) {
      return byToken.reshape(new Shape(sequences * tokens, (long) heads * headDim));
    }
  }

  private NDArray someAtATime(NDArray q, NDArray k, NDArray v, Optional<NDArray> mask) {
    long sequences = q.getShape().get(0) / heads;
    long tokens = q.getShape().get(1);
    long step =
        Math.max(1, Math.min(sequences, limits.scoreBytes() / (4L * heads * tokens * tokens)));
    NDList done = new NDList();
    for (long first = 0; first < sequences; first += step) {
      long last = Math.min(sequences, first + step);
      try (NDArray queries = HostArrays.rows(q, first * heads, last * heads);
          NDArray keys = HostArrays.rows(k, first * heads, last * heads);
          NDArray values = HostArrays.rows(v, first * heads, last * heads);
          NDArray weights = attentionWeights(queries, keys, mask, first, last);
          NDArray left = operand("the attention weights", weights, operands.weights())) {
        done.add(left.batchMatMul(values));
      }
    }
    if (done.size() == 1) {
      return done.get(0);
    }
    try (done) {
      return NDArrays.concat(done, 0);
    }
  }

  /** softmax(q k / root + mask): [sequences * heads, tokens, tokens]. */
  private NDArray attentionWeights(
      NDArray q, NDArray k, Optional<NDArray> mask, long first, long last) {
    try (NDArray scores = q.batchMatMul(k)) {
      scores.divi(root);
      if (mask.isPresent()) {
        long tokens = scores.getShape().get(2);
        try (NDArray bySequence = scores.reshape(new Shape(last - first, heads, tokens, tokens));
            NDArray some = HostArrays.rows(mask.get(), first, last)) {
          // A view: this writes into the scores.
          bySequence.addi(some);
        }
      }
      return scores.softmax(-1);
    }
  }

  /** A view or a copy of an array [.., rows, cols], changed. */
  private static NDArray operand(String name, NDArray x, OperandTransform transform) {
    if (transform == OperandTransform.NONE) {
      return x.reshape(x.getShape());
    }
    Shape shape = x.getShape();
    long rows = shape.get(shape.dimension() - 2);
    long matrices = shape.size() / rows / shape.get(shape.dimension() - 1);
    return OperandArrays.changed(name, x, transform, matrices, rows);
  }
}
