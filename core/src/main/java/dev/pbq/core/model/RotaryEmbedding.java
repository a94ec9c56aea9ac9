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
  private final OperandTransform tables;
  private long tokens;
  private Table cosine;
  private Table sine;

  /**
   * @param owner gets the tables
   * @param tables what happens to them
   */
  RotaryEmbedding(NDManager owner, Rope rope, int headDim, OperandTransform tables) {
    this.owner = owner;
    this.inverseFrequencies = rope.inverseFrequencies(headDim);
    this.tables = tables;
  }

  /** Rotates x [sequences, tokens, heads, headDim] in place. */
  void rotate(NDArray x) {
    prepare(x.getShape().get(1));
    int half = inverseFrequencies.length;
    try (NDArray first = HostArrays.slice(x, 3, 0, half);
        NDArray second = HostArrays.slice(x, 3, half, 2L * half);
        NDArray firstBySine = first.mul(sine.second());
        NDArray secondBySine = second.mul(sine.first())) {
      first.muli(cosine.first()).subi(secondBySine);
      second.muli(cosine.second()).addi(firstBySine);
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

  /**
   * A table for each half of a head, [tokens, 1, headDim / 2]; the same one as long as nothing
   * changes them.
   */
  private record Table(NDArray first, NDArray second) implements AutoCloseable {
    @Override
    public void close() {
      first.close();
      if (second != first) {
        second.close();
      }
    }
  }

  private Table table(long length, boolean ofCosine) {
    int half = inverseFrequencies.length;
    if (tables == OperandTransform.NONE) {
      NDArray both =
          HostArrays.floats(
              owner, new Shape(length, 1, half), buffer -> write(buffer, length, ofCosine, 1));
      return new Table(both, both);
    }
    try (NDArray whole =
            HostArrays.floats(
                owner,
                new Shape(length, 1, 2L * half),
                buffer -> {
                  write(buffer, length, ofCosine, 2);
                  tables.apply(buffer.rewind(), 1, Math.toIntExact(length), 2 * half);
                });
        NDArray first = HostArrays.slice(whole, 2, 0, half);
        NDArray second = HostArrays.slice(whole, 2, half, 2L * half)) {
      return new Table(first.duplicate(), second.duplicate());
    }
  }

  private void write(FloatBuffer buffer, long length, boolean ofCosine, int copies) {
    for (int position = 0; position < length; position++) {
      for (int copy = 0; copy < copies; copy++) {
        for (float frequency : inverseFrequencies) {
          float angle = position * frequency;
          buffer.put((float) (ofCosine ? Math.cos(angle) : Math.sin(angle)));
        }
      }
    }
  }
}
