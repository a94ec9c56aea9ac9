package dev.pbq.core.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The vocabulary's weight in pieces of consecutive rows.
 *
 * @param pieces in the order of their rows
 * @param vocabulary rows of all pieces
 * @param rule what makes logits of the products
 */
record HeadWeight(List<HeadRows> pieces, int vocabulary, LogitRule rule) {
  HeadWeight {
    pieces = List.copyOf(pieces);
  }

  /** Loads a weight in pieces of at most {@code pieceBytes}, or of one row, and holds it. */
  static HeadWeight load(WeightLoader loader, String name, long pieceBytes) {
    HeadWeight weight = of(loader, name, Optional.empty(), LogitRule.NONE, pieceBytes);
    weight.hold();
    return weight;
  }

  /**
   * A weight of which nothing is read yet, in pieces of at most {@code pieceBytes}, or of one row.
   *
   * @param bias name of the tensor
   */
  static HeadWeight of(
      WeightLoader loader, String name, Optional<String> bias, LogitRule rule, long pieceBytes) {
    long[] shape = loader.checkedShape(name);
    int step =
        Math.toIntExact(Math.max(1, Math.min(shape[0], pieceBytes / (Float.BYTES * shape[1]))));
    List<HeadRows> pieces = new ArrayList<>();
    for (long row = 0; row < shape[0]; row += step) {
      int count = (int) Math.min(step, shape[0] - row);
      pieces.add(new HeadRows(loader, name, bias, row, count));
    }
    return new HeadWeight(pieces, Math.toIntExact(shape[0]), rule);
  }

  /** Reads all of it into memory, to stay there. */
  void hold() {
    pieces.forEach(HeadRows::hold);
  }

  /** Bytes of a weight as float32. */
  static long bytes(WeightLoader loader, String name) {
    long[] shape = loader.checkedShape(name);
    return Float.BYTES * shape[0] * shape[1];
  }
}
