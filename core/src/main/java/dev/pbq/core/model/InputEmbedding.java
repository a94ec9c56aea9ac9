package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.pbq.core.PbqException;
import java.util.Optional;

/**
 * Token embedding, a projection to the width of the blocks where there is one, learned positions
 * where there are any, and a norm where there is one.
 */
final class InputEmbedding implements TokenEmbedding {
  private final NDManager owner;
  private final EmbeddingRows rows;
  private final Optional<LinearLayer> projection;
  private final Optional<NDArray> positions;
  private final Optional<Normalization> norm;
  private final float factor;

  /** An embedding without a norm. */
  InputEmbedding(
      NDManager owner,
      EmbeddingRows rows,
      Optional<LinearLayer> projection,
      Optional<NDArray> positions) {
    this(owner, rows, projection, positions, Optional.empty(), 1);
  }

  /**
   * @param owner of all arrays; closed with the embedding
   * @param positions [positions, hidden], from position 0
   * @param norm of the sum
   * @param factor of the token embedding
   */
  InputEmbedding(
      NDManager owner,
      EmbeddingRows rows,
      Optional<LinearLayer> projection,
      Optional<NDArray> positions,
      Optional<Normalization> norm,
      float factor) {
    this.owner = owner;
    this.rows = rows;
    this.projection = projection;
    this.positions = positions;
    this.norm = norm;
    this.factor = factor;
  }

  @Override
  public NDArray embed(NDManager manager, int[][] ids, int position) {
    OwnedArrays.stopGradients();
    int tokens = Sequences.tokens(ids);
    int end = position + tokens;
    if (positions.isPresent() && end > positions.get().getShape().get(0)) {
      throw PbqException.usage(
          "a sequence of "
              + end
              + " tokens is longer than the model's "
              + positions.get().getShape().get(0)
              + " positions");
    }
    try (NDManager stage = manager.newSubManager()) {
      Shape shape = new Shape(ids.length, tokens, rows.width());
      NDArray x = HostArrays.build(stage, shape, host -> gather(ids, host));
      if (factor != 1) {
        x.muli(factor);
      }
      if (projection.isPresent()) {
        x = projection.get().apply(x);
      }
      if (positions.isPresent()) {
        try (NDArray first = HostArrays.rows(positions.get(), position, end)) {
          x.addi(first);
        }
      }
      if (norm.isPresent()) {
        x = norm.get().apply(x);
      }
      x.attach(manager);
      return x;
    }
  }

  private void gather(int[][] ids, NDArray host) {
    for (int i = 0; i < ids.length; i++) {
      try (NDArray sequence = HostArrays.rows(host, i, i + 1)) {
        rows.gather(ids[i], HostArrays.buffer(sequence));
      }
    }
  }

  @Override
  public void close() {
    owner.close();
  }
}
