package dev.pbq.export.gguf.model;

import dev.pbq.export.gguf.family.Piece;
import dev.pbq.export.gguf.file.GgufFile;

/**
 * Reads rows of the model that are columns in the file. Neighbouring rows lie in the same rows of
 * the file, which are kept for the next one.
 */
final class TurnedRows {
  private final GgufFile file;
  private float[] held = {};
  private long heldFrom = -1;

  TurnedRows(GgufFile file) {
    this.file = file;
  }

  /**
   * Reads one row of the model.
   *
   * @param values gets it
   */
  void read(TensorView.Part part, int row, float[] values) {
    Piece piece = part.piece();
    int unit = piece.unit();
    // Values of a row lie below each other, in as many rows of the file.
    int top = piece.order().fileIndex(row, 0, unit);
    long from = part.firstValue() / unit + top / unit;
    if (from != heldFrom) {
      heldFrom = -1;
      held = new float[Math.multiplyExact(values.length, unit)];
      file.readRows(part.tensor(), from, values.length, held);
      heldFrom = from;
    }
    for (int c = 0; c < values.length; c++) {
      values[c] = held[c * unit + top % unit];
    }
  }
}
