package dev.pbq.kernels.decoder;

import dev.pbq.core.PbqException;
import dev.pbq.kernels.PackedProduct;
import java.util.Optional;

/**
 * What makes the first block's input: norm(projection(factor * row) + position). Rows are read from
 * the table as it is stored.
 *
 * @param name of the table's tensor, for messages
 * @param table [vocabulary, width]
 */
record EmbeddingStep(
    String name,
    PackedProduct table,
    float factor,
    Optional<LinearStep> projection,
    Optional<Positions> positions,
    Optional<NormStep> norm) {

  /**
   * Learned positions.
   *
   * @param table [rows, hidden]
   * @param first row of position 0
   */
  record Positions(PackedProduct table, int first) {
    private void add(float[] x, int position) {
      int hidden = table.cols();
      float[] row = new float[hidden];
      for (int t = 0; t < x.length / hidden; t++) {
        table.row(first + position + t, row, 0);
        for (int i = 0; i < hidden; i++) {
          x[t * hidden + i] += row[i];
        }
      }
    }
  }

  /**
   * Embeds tokens.
   *
   * @return [tokens, hidden]
   * @throws PbqException BAD_DATA for a token that is not in the vocabulary; NUMERICAL if its row
   *     is not finite
   */
  float[] apply(int[] ids, int position) {
    float[] x = new float[ids.length * table.cols()];
    for (int i = 0; i < ids.length; i++) {
      row(ids[i], x, i * table.cols());
    }
    if (projection.isPresent()) {
      x = projection.get().apply(x, ids.length);
    }
    if (positions.isPresent()) {
      positions.get().add(x, position);
    }
    return norm.isPresent() ? norm.get().apply(x) : x;
  }

  private void row(int id, float[] x, int at) {
    if (id < 0 || id >= table.rows()) {
      throw PbqException.badData(
          "token id " + id + " is outside the vocabulary of " + table.rows() + " tokens");
    }
    table.row(id, x, at);
    for (int i = 0; i < table.cols(); i++) {
      if (!Float.isFinite(x[at + i])) {
        throw PbqException.numerical(
            "tensor " + name + " holds " + x[at + i] + " at [" + id + ", " + i + "]");
      }
      x[at + i] *= factor;
    }
  }
}
