package dev.pbq.export.gguf.family;

/**
 * A part of a file's tensor that comes from one tensor of the model.
 *
 * @param source full name of the model's tensor
 * @param rows of the piece; elements where the model's tensor is a vector
 * @param unit values of such a row: 1 for a vector
 * @param order which rows of the source they are
 */
public record Piece(String source, int rows, int unit, RowOrder order) {
  /** How many values. */
  public long values() {
    return (long) rows * unit;
  }

  /** Whether it is the whole of its source, in order. */
  public boolean isKept() {
    return order == RowOrder.KEPT;
  }
}
