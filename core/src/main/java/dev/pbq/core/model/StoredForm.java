package dev.pbq.core.model;

import java.util.OptionalInt;

/**
 * Where a tensor of the model stands inside a tensor of the checkpoint that has another form:
 * transposed, or as a part of a stack of matrices.
 *
 * @param tensor full name of the stored tensor
 * @param slice index along the stored tensor's first dimension; empty for all of it
 * @param firstRow first row inside the slice, where the tensor is a part of its rows
 * @param transposed whether the slice is stored [cols, rows]
 */
public record StoredForm(String tensor, OptionalInt slice, int firstRow, boolean transposed) {
  /** A matrix stored [cols, rows] under its own name. */
  static StoredForm transposed(String tensor) {
    return new StoredForm(tensor, OptionalInt.empty(), 0, true);
  }

  /** A matrix of a stack, from one of its rows on. */
  static StoredForm slice(String tensor, int slice, int firstRow) {
    return new StoredForm(tensor, OptionalInt.of(slice), firstRow, false);
  }

  /** A matrix of a stack that is stored [cols, rows]. */
  static StoredForm transposedSlice(String tensor, int slice) {
    return new StoredForm(tensor, OptionalInt.of(slice), 0, true);
  }

  /** The same place in the block whose names begin with {@code prefix}. */
  StoredForm in(String prefix) {
    return new StoredForm(prefix + "." + tensor, slice, firstRow, transposed);
  }
}
