package dev.pbq.export.gguf.model;

import dev.pbq.export.gguf.family.FileTensor;
import dev.pbq.export.gguf.family.Piece;
import dev.pbq.export.gguf.family.ValueChange;
import dev.pbq.export.gguf.file.GgufTensor;
import java.util.List;

/**
 * A tensor of the model as pieces of one or more in the file.
 *
 * @param name in the model
 * @param rows of it; elements for a vector
 * @param unit values of a row; 1 for a vector
 * @param parts which hold all rows together
 * @param shape dimensions, outermost first
 * @param kind what the file's tensors are
 * @param change how the file's values differ from the model's
 */
record TensorView(
    String name,
    int rows,
    int unit,
    List<Long> shape,
    List<Part> parts,
    FileTensor.Kind kind,
    ValueChange change) {
  /**
   * A piece in the file.
   *
   * @param firstValue where it begins in the file's tensor, in values
   */
  record Part(GgufTensor tensor, Piece piece, long firstValue) {}

  TensorView {
    shape = List.copyOf(shape);
    parts = List.copyOf(parts);
  }

  boolean isVector() {
    return unit == 1;
  }

  boolean inBlock() {
    return kind == FileTensor.Kind.LINEAR;
  }

  /** The part that holds a row. */
  Part partOf(int row) {
    for (Part part : parts) {
      if (part.piece().order().holds(row)) {
        return part;
      }
    }
    throw new IllegalStateException("no part of " + name + " holds row " + row);
  }

  /** Whether one part holds all rows in order. */
  boolean isKept() {
    return parts.size() == 1 && parts.get(0).piece().isKept();
  }
}
