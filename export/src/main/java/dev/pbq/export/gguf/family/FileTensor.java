package dev.pbq.export.gguf.family;

import java.util.List;

/**
 * A tensor of a GGUF file as pieces of a model's tensors, one behind the other.
 *
 * @param name in the file
 * @param dims dimensions, outermost first
 * @param kind what it is
 * @param change how the file's values differ from the model's
 */
public record FileTensor(
    String name, List<Piece> pieces, List<Integer> dims, Kind kind, ValueChange change) {
  /** What a tensor is, which decides how it may be stored. */
  public enum Kind {
    /** The weight of linears of the blocks. */
    LINEAR,
    /** Embedding or head. */
    TABLE,
    /** Everything else: always float32. */
    SMALL
  }

  public FileTensor {
    pieces = List.copyOf(pieces);
    dims = List.copyOf(dims);
  }

  /** The length of a row. */
  public int cols() {
    return dims.get(dims.size() - 1);
  }

  /** How many rows, over all dimensions but the innermost; 1 for a vector. */
  public int rows() {
    return Math.toIntExact(values() / cols());
  }

  /** How many values. */
  public long values() {
    return dims.stream().mapToLong(d -> d).reduce(1, Math::multiplyExact);
  }
}
