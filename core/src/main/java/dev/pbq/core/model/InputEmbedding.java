package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.pbq.core.PbqException;
import java.util.List;
import java.util.Optional;

/**
 * Token embedding, a projection to the width of the blocks where there is one, learned positions
 * where there are any, and a norm where there is one.
 */
final class InputEmbedding implements TokenEmbedding {
  private final NDManager owner;
  private final EmbeddingRows rows;
  private final Optional<LinearLayer> projection;
  private final Optional<LearnedPositions> positions;
  private final Optional<Normalization> norm;
  private final float factor;

  /**
   * Learned positions.
   *
   * @param table [positions, hidden], from position 0
   * @param first the row of its tensor that position 0 is
   * @param type [1, hidden], added to every position: the type of all tokens, where there are types
   */
  record LearnedPositions(NDArray table, int first, Optional<NDArray> type) {
    /** Of positions from {@code from} to below {@code to}; the caller closes them. */
    NDArray rows(int from, int to) {
      NDArray some = HostArrays.rows(table, from, to);
      if (type.isEmpty()) {
        return some;
      }
      try (some) {
        return some.add(type.get());
      }
    }

    long count() {
      return table.getShape().get(0);
    }

    int first(NDArray array) {
      return array == table ? first : 0;
    }
  }

  /** An embedding without a norm. */
  InputEmbedding(
      NDManager owner,
      EmbeddingRows rows,
      Optional<LinearLayer> projection,
      Optional<LearnedPositions> positions) {
    this(owner, rows, projection, positions, Optional.empty(), 1);
  }

  /**
   * @param owner of all arrays; closed with the embedding
   * @param norm of the sum
   * @param factor of the token embedding
   */
  InputEmbedding(
      NDManager owner,
      EmbeddingRows rows,
      Optional<LinearLayer> projection,
      Optional<LearnedPositions> positions,
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
    requirePositions(position + Sequences.tokens(ids));
    try (NDManager stage = manager.newSubManager()) {
      NDArray x = embedded(rows(stage, ids), position);
      x.attach(manager);
      return x;
    }
  }

  private void requirePositions(int end) {
    if (positions.isPresent() && end > positions.get().count()) {
      throw PbqException.usage(
          "a sequence of "
              + end
              + " tokens is longer than the model's "
              + positions.get().count()
              + " positions");
    }
  }

  @Override
  public NDArray rows(NDManager manager, int[][] ids) {
    Shape shape = new Shape(ids.length, Sequences.tokens(ids), rows.width());
    return HostArrays.build(manager, shape, host -> gather(ids, host));
  }

  @Override
  public NDArray record(NDArray tableRows) {
    NDManager manager = tableRows.getManager();
    requirePositions(Math.toIntExact(tableRows.getShape().get(1)));
    try (NDManager stage = manager.newSubManager()) {
      NDArray own = tableRows.reshape(tableRows.getShape());
      own.attach(stage);
      NDArray x = embedded(own, 0);
      x.attach(manager);
      return x;
    }
  }

  /** What becomes of the table's rows; everything made on the way belongs to their manager. */
  private NDArray embedded(NDArray tableRows, int position) {
    NDArray x = tableRows;
    if (factor != 1) {
      x = x.mul(x.getManager().full(new Shape(), factor, DataType.FLOAT32));
    }
    if (projection.isPresent()) {
      x = projection.get().apply(x);
    }
    if (positions.isPresent()) {
      int end = position + Math.toIntExact(x.getShape().get(1));
      try (NDArray some = positions.get().rows(position, end)) {
        x = x.add(some);
      }
    }
    return norm.isPresent() ? norm.get().apply(x) : x;
  }

  @Override
  public List<LoadedRows> weights() {
    return OwnedArrays.named(owner).stream()
        .map(a -> new LoadedRows(a.getName(), positions.map(p -> p.first(a)).orElse(0), a))
        .toList();
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
