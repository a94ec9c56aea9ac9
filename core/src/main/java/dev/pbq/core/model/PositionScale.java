package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;

/**
 * Queries that grow with their position p: times 1 + beta ln(1 + floor(p / positions)), as in Llama
 * 4 and Ministral 3.
 */
public record PositionScale(double beta, double positions) {
  /** Scales queries [sequences, tokens, heads, headDim] in place. */
  void apply(NDArray query, int position) {
    int tokens = Math.toIntExact(query.getShape().get(1));
    try (NDArray factors =
        HostArrays.floats(
            query.getManager(),
            new Shape(tokens, 1, 1),
            buffer -> {
              for (int p = position; p < position + tokens; p++) {
                buffer.put(factor(p));
              }
            })) {
      query.muli(factors);
    }
  }

  /** The factor of the queries of a position. */
  public float factor(int position) {
    return (float) (1 + beta * Math.log(1 + Math.floor(position / positions)));
  }
}
