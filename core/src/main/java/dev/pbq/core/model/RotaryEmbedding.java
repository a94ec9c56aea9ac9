package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.nio.FloatBuffer;

/**
 * Rotates queries and keys by their positions, counted from 0 (Su et al., RoFormer, 2021), in the
 * layout of Hugging Face models: feature i of a head is paired with feature i + headDim / 2. Angles
 * are float32, as there. Keeps the tables of the last sequence length.
 */
final class RotaryEmbedding {
  private final NDManager owner;
  private final float[] inverseFrequencies;
  private long tokens;
  private NDArray cosine;
  private NDArray sine;

  /**
   * @param owner gets the tables
   */
  RotaryEmbedding(NDManager owner, Rope rope, int headDim) {
    this.owner = owner;
    this.inverseFrequencies = rope.inverseFrequencies(headDim);
  }

  /** Rotates x [sequences, tokens, heads, headDim] in place. */
  void rotate(NDArray x) {
    prepare(x.getShape().get(1));
    int half = inverseFrequencies.length;
    try (NDArray first = HostArrays.slice(x, 3, 0, half);
        NDArray second = HostArrays.slice(x, 3, half, 2L * half);
        NDArray firstBySine = first.mul(sine);
        NDArray secondBySine = second.mul(sine)) {
      first.muli(cosine).subi(secondBySine);
      second.muli(cosine).addi(firstBySine);
    }
  }

  private void prepare(long length) {
    if (length == tokens) {
      return;
    }
    if (cosine != null) {
      cosine.close();
      sine.close();
    }
    cosine = table(length, true);
    sine = table(length, false);
    tokens = length;
  }

  /** [length, 1, headDim / 2]. */
  private NDArray table(long length, boolean ofCosine) {
    return HostArrays.floats(
        owner,
        new Shape(length, 1, inverseFrequencies.length),
        buffer -> write(buffer, length, ofCosine));
  }

  private void write(FloatBuffer buffer, long length, boolean ofCosine) {
    for (int position = 0; position < length; position++) {
      for (float frequency : inverseFrequencies) {
        float angle = position * frequency;
        buffer.put((float) (ofCosine ? Math.cos(angle) : Math.sin(angle)));
      }
    }
  }
}
