package dev.pbq.export.gguf;

import dev.pbq.export.ComputedTensors;
import dev.pbq.export.DenseTensors;
import dev.pbq.export.gguf.family.Piece;
import dev.pbq.export.gguf.family.RowOrder;
import java.util.Map;

/**
 * Reads pieces of planned tensors, in the model's order or the file's; also the vectors that the
 * source does not have, such as divisors of rotary frequencies.
 */
final class TensorRows {
  private final ComputedTensors source;
  private final Map<String, float[]> vectors;

  /**
   * @param vectors that are made for the file, by their names
   */
  TensorRows(ComputedTensors source, Map<String, float[]> vectors) {
    this.source = source;
    this.vectors = vectors;
  }

  /** Rows of a piece to read at a time: all of them where rows change places. */
  static int step(Piece piece) {
    return piece.isKept()
        ? Math.min(piece.rows(), DenseTensors.chunkRows(piece.unit()))
        : piece.rows();
  }

  /** Rows of a piece from {@code first} on, a multiple of {@link #step}, in the file's order. */
  float[] read(Piece piece, int first, int count) {
    if (piece.isKept()) {
      return readSource(piece, first, count);
    }
    int unit = piece.unit();
    float[] all = readAll(piece);
    float[] ordered = new float[Math.multiplyExact(count, unit)];
    for (int r = 0; r < count; r++) {
      if (piece.order() instanceof RowOrder.Rows rows) {
        System.arraycopy(all, rows.sourceRow(first + r) * unit, ordered, r * unit, unit);
        continue;
      }
      for (int c = 0; c < unit; c++) {
        ordered[r * unit + c] = all[piece.order().sourceIndex(first + r, c, unit)];
      }
    }
    return ordered;
  }

  /** All rows of the source that a piece is taken from, in the model's order. */
  float[] readAll(Piece piece) {
    return readSource(piece, 0, piece.isKept() ? piece.rows() : sourceRows(piece));
  }

  private int sourceRows(Piece piece) {
    return Math.toIntExact(source.shape(piece.source())[0]);
  }

  private float[] readSource(Piece piece, int first, int count) {
    float[] vector = vectors.get(piece.source());
    if (vector != null) {
      return vector;
    }
    float[] rows = new float[Math.multiplyExact(count, piece.order().sourceUnit(piece.unit()))];
    source.read(piece.source(), first, count, rows);
    return rows;
  }
}
