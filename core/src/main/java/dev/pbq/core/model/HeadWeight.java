package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;

/**
 * The vocabulary's weight in pieces of consecutive rows. The arrays belong to the loader's owner.
 *
 * @param pieces each [rows, features]
 * @param vocabulary rows of all pieces
 */
record HeadWeight(List<NDArray> pieces, int vocabulary) {
  HeadWeight {
    pieces = List.copyOf(pieces);
  }

  /** Loads a weight in pieces of at most {@code pieceBytes}, or of one row. */
  static HeadWeight load(WeightLoader loader, String name, long pieceBytes) {
    long[] shape = loader.checkedShape(name);
    long step = Math.max(1, pieceBytes / (Float.BYTES * shape[1]));
    List<NDArray> pieces = new ArrayList<>();
    for (long row = 0; row < shape[0]; row += step) {
      pieces.add(loader.loadRows(name, row, Math.min(step, shape[0] - row)));
    }
    return new HeadWeight(pieces, Math.toIntExact(shape[0]));
  }
}
