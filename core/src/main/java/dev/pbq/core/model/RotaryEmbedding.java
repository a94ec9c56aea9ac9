package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * Rotates queries and keys by their positions, counted from 0 (Su et al., RoFormer, 2021), in the
 * layout of Hugging Face models: feature i of a head is paired with feature i + width / 2, or, in
 * some families, feature 2i with 2i + 1; what is beyond the rotary width stays as it is. Angles are
 * float32, as there. Keeps the tables of the longest sequence so far, or, where something changes
 * the tables, of the last one.
 */
final class RotaryEmbedding {
  private final NDManager owner;
  private final Rope rope;
  private final int half;
  private final boolean pairs;
  private final OperandTransform tables;
  private long tokens;
  private float[] frequencies = new float[0];
  private Table cosine;
  private Table sine;

  /**
   * @param owner gets the tables
   * @param tables what happens to them
   */
  RotaryEmbedding(NDManager owner, RotarySpec rotary, OperandTransform tables) {
    this.owner = owner;
    this.rope = rotary.rope();
    this.half = rotary.width() / 2;
    this.pairs = rotary.pairs();
    this.tables = tables;
  }

  /**
   * Rotates x in place.
   *
   * @param x [sequences, tokens, heads, headDim]
   * @param position of the first token
   */
  void rotate(NDArray x, int position) {
    long end = position + x.getShape().get(1);
    prepare(end);
    try (Table cosines = cosine.rows(position, end);
        Table sines = sine.rows(position, end);
        NDArray first = part(x, 0);
        NDArray second = part(x, 1);
        NDArray firstBySine = first.mul(sines.second());
        NDArray secondBySine = second.mul(sines.first())) {
      first.muli(cosines.first()).subi(secondBySine);
      second.muli(cosines.second()).addi(firstBySine);
    }
  }

  /** A view of the features that are first, or second, in their pairs. */
  private NDArray part(NDArray x, int which) {
    if (!pairs) {
      return HostArrays.slice(x, 3, (long) which * half, (which + 1L) * half);
    }
    return x.get(
        new NDIndex().addAllDim().addAllDim().addAllDim().addSliceDim(which, 2L * half, 2));
  }

  /** Several threads may run sequences of one length: the first makes the tables for all. */
  private synchronized void prepare(long end) {
    // What changes a table may look at all of it: then it has the sequence's own length.
    boolean exact = tables != OperandTransform.NONE;
    float[] wanted =
        tokens == 0 || rope.scaling().followsLength()
            ? rope.inverseFrequencies(2 * half, end)
            : frequencies;
    boolean sameLength = exact ? end == tokens : end <= tokens;
    if (sameLength && Arrays.equals(wanted, frequencies)) {
      return;
    }
    frequencies = wanted;
    // Room for the tokens that are generated one by one.
    long length = exact || tokens == 0 ? end : Math.max(end, 2 * tokens);
    if (cosine != null) {
      cosine.close();
      sine.close();
    }
    cosine = table(length, true);
    sine = table(length, false);
    tokens = length;
  }

  /**
   * A table for each half of the rotary width, [tokens, 1, width / 2]; the same one as long as
   * nothing changes them.
   */
  private record Table(NDArray first, NDArray second) implements AutoCloseable {
    @Override
    public void close() {
      first.close();
      if (second != first) {
        second.close();
      }
    }

    /** Views of rows [from, to). */
    Table rows(long from, long to) {
      NDArray firstRows = HostArrays.rows(first, from, to);
      return new Table(firstRows, second == first ? firstRows : HostArrays.rows(second, from, to));
    }
  }

  private Table table(long length, boolean ofCosine) {
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
    double factor = rope.scaling().attentionFactor();
    for (int position = 0; position < length; position++) {
      for (int copy = 0; copy < copies; copy++) {
        for (float frequency : frequencies) {
          float angle = position * frequency;
          buffer.put((float) (factor * (ofCosine ? Math.cos(angle) : Math.sin(angle))));
        }
      }
    }
  }
}
