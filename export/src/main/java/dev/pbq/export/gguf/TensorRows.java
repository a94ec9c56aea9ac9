package dev.pbq.export.gguf;

import dev.pbq.export.DenseTensors;
import dev.pbq.export.ExportSource;
import java.util.Optional;

/**
 * Reads the rows of a planned tensor from the source, in the file's order; also makes the one
 * tensor that the source does not have, the divisors of rotary frequencies.
 */
final class TensorRows {
  /** The divisors' name. */
  static final String ROPE = "rope_freqs.weight";

  private final ExportSource source;
  private final Optional<float[]> ropeDivisors;

  TensorRows(ExportSource source, Optional<float[]> ropeDivisors) {
    this.source = source;
    this.ropeDivisors = ropeDivisors;
  }

  /** Rows to read at a time: whole heads where rows change places. */
  static int step(PlannedTensor tensor) {
    return tensor.heads() > 0 && tensor.dims().length > 1
        ? tensor.rows() / tensor.heads()
        : Math.min(tensor.rows(), DenseTensors.chunkRows(tensor.cols()));
  }

  /** Rows from {@code first} on, a multiple of {@link #step}. */
  float[] read(PlannedTensor tensor, int first, int count) {
    if (tensor.source().equals(ROPE)) {
      return ropeDivisors.orElseThrow();
    }
    int cols = tensor.cols();
    float[] rows = new float[count * cols];
    source.read(tensor.source(), first, count, rows);
    if (tensor.heads() == 0) {
      return rows;
    }
    float[] ordered = new float[rows.length];
    if (tensor.dims().length == 1) {
      for (int i = 0; i < cols; i++) {
        ordered[i] = rows[RowOrder.source(i, cols / tensor.heads())];
      }
    } else {
      for (int r = 0; r < count; r++) {
        System.arraycopy(rows, RowOrder.source(r, count) * cols, ordered, r * cols, cols);
      }
    }
    return ordered;
  }
}
