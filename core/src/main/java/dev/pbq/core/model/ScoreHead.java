package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Optional;

/**
 * The head that makes a classifier of a decoder: score(projection(norm(last token))), where the
 * last token of a sequence is the one before its padding.
 */
final class ScoreHead implements ClassificationHead {
  private final NDManager owner;
  private final Optional<Normalization> norm;
  private final Optional<LinearLayer> projection;
  private final LinearLayer score;

  /**
   * @param owner of all weights; closed with the head
   */
  ScoreHead(
      NDManager owner,
      Optional<Normalization> norm,
      Optional<LinearLayer> projection,
      LinearLayer score) {
    this.owner = owner;
    this.norm = norm;
    this.projection = projection;
    this.score = score;
  }

  @Override
  public NDArray recordLogits(NDArray hidden, int[] lengths) {
    Shape shape = hidden.getShape();
    if (shape.dimension() != 3 || shape.get(0) != lengths.length) {
      throw new IllegalArgumentException(
          "hidden states " + shape + " for " + lengths.length + " sequences");
    }
    NDManager manager = hidden.getManager();
    try (NDManager stage = manager.newSubManager()) {
      NDArray x = hidden.reshape(shape);
      x.attach(stage);
      x = lastTokens(x, lengths);
      if (norm.isPresent()) {
        x = norm.get().apply(x);
      }
      if (projection.isPresent()) {
        x = projection.get().apply(x);
      }
      NDArray logits = score.apply(x);
      logits.attach(manager);
      return logits;
    }
  }

  /** [sequences, hidden]. */
  private static NDArray lastTokens(NDArray x, int[] lengths) {
    NDList last = new NDList();
    for (int i = 0; i < lengths.length; i++) {
      NDArray sequence = HostArrays.rows(x, i, i + 1L);
      NDArray token = HostArrays.slice(sequence, 1, lengths[i] - 1L, lengths[i]);
      last.add(token.reshape(new Shape(1, x.getShape().get(2))));
    }
    return last.size() == 1 ? last.get(0) : NDArrays.concat(last, 0);
  }

  @Override
  public List<NDArray> weights() {
    return OwnedArrays.named(owner);
  }

  @Override
  public void close() {
    owner.close();
  }
}
