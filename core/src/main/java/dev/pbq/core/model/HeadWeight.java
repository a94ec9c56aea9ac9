package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The vocabulary's weight in pieces of consecutive rows. The arrays belong to the loader's owner.
 *
 * @param pieces each [rows, features] with its bias, where the head has one
 * @param vocabulary rows of all pieces
 * @param rule what makes logits of the products
 */
record HeadWeight(List<Piece> pieces, int vocabulary, LogitRule rule) {
  HeadWeight {
    pieces = List.copyOf(pieces);
  }

  /** Consecutive rows of the weight. */
  record Piece(NDArray weight, Optional<NDArray> bias) {
    /** Tokens whose logits the piece gives. */
    int rows() {
      return Math.toIntExact(weight.getShape().get(0));
    }
  }

  /** Loads a weight in pieces of at most {@code pieceBytes}, or of one row. */
  static HeadWeight load(WeightLoader loader, String name, long pieceBytes) {
    return load(loader, name, Optional.empty(), LogitRule.NONE, pieceBytes);
  }

  /**
   * As the other, with a bias.
   *
   * @param bias name of the tensor
   */
  static HeadWeight load(
      WeightLoader loader, String name, Optional<String> bias, LogitRule rule, long pieceBytes) {
    long[] shape = loader.checkedShape(name);
    long step = Math.max(1, pieceBytes / (Float.BYTES * shape[1]));
    List<Piece> pieces = new ArrayList<>();
    for (long row = 0; row < shape[0]; row += step) {
      long first = row;
      long count = Math.min(step, shape[0] - row);
      pieces.add(
          new Piece(
              loader.loadRows(name, first, count),
              bias.map(b -> loader.loadRows(b, first, count))));
    }
    return new HeadWeight(pieces, Math.toIntExact(shape[0]), rule);
  }

  /** Logits [rows, tokens of the piece] of states [rows, features]. */
  NDArray logits(Piece piece, NDArray states) {
    LinearLayer layer =
        new LinearLayer(
            "the head", piece.weight(), piece.bias().orElse(null), OperandTransform.NONE);
    return rule.apply(layer.apply(states));
  }
}
