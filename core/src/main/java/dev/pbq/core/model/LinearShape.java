package dev.pbq.core.model;

import java.util.OptionalInt;

/**
 * A linear of a block with its shape, before the block has a number.
 *
 * @param path its name inside the block
 * @param rows outputs
 * @param cols inputs
 * @param expert index of the expert that it belongs to
 */
record LinearShape(Role role, String path, int rows, int cols, boolean bias, OptionalInt expert) {
  /** A linear that belongs to no expert. */
  LinearShape(Role role, String path, int rows, int cols, boolean bias) {
    this(role, path, rows, cols, bias, OptionalInt.empty());
  }

  /** The same linear, of an expert. */
  LinearShape ofExpert(int index) {
    return new LinearShape(role, path, rows, cols, bias, OptionalInt.of(index));
  }

  /** The linear with the full name that begins with {@code prefix}. */
  Linear in(String prefix, int block) {
    return new Linear(prefix + "." + path, block, role, rows, cols, bias, expert);
  }
}
