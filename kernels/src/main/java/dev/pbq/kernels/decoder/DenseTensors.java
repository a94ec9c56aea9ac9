package dev.pbq.kernels.decoder;

import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.TensorInfo;
import dev.pbq.core.checkpoint.TiedWeights;
import dev.pbq.core.model.ModelLayout;
import dev.pbq.core.model.StoredForm;
import dev.pbq.core.tensor.DType;
import dev.pbq.core.tensor.WeightSource;
import dev.pbq.kernels.DenseProduct;
import dev.pbq.kernels.PackedProduct;
import dev.pbq.kernels.PackedProducts;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Products with tensors that are not packed, held in the type in which they are stored; float64 is
 * held as float32. Thread-safe.
 *
 * @param view the weights as the layout describes them
 * @param stored the files; empty if they are no safetensors, whose weights are held as float32
 */
record DenseTensors(ModelLayout layout, WeightSource view, Optional<Checkpoint> stored) {
  /** A product has one array, so that larger tensors are cut between rows. */
  private static final long PIECE_NUMBERS = 1L << 30;

  /** Whether two tensors are stored with the same contents. */
  boolean same(String name, String other) {
    return stored.filter(s -> TiedWeights.sameContents(s, s.info(name), s.info(other))).isPresent();
  }

  /**
   * The product with a matrix.
   *
   * @param name full name
   * @throws PbqException NOT_FOUND or BAD_DATA if it is missing or of the wrong shape; NUMERICAL if
   *     an entry is not finite
   */
  PackedProduct product(String name) {
    long[] shape = layout.checkedShape(view, name);
    int rows = Math.toIntExact(shape[0]);
    int cols = Math.toIntExact(shape[1]);
    DenseProduct.RowReader reader = reader(name, cols);
    int step = (int) Math.max(1, Math.min(rows, PIECE_NUMBERS / cols));
    List<PackedProduct> pieces = new ArrayList<>();
    for (int row = 0; row < rows; row += step) {
      int from = row;
      pieces.add(
          DenseProduct.of(
              Math.min(step, rows - row),
              cols,
              type(name),
              (first, count, to) -> reader.read(from + first, count, to)));
    }
    return PackedProducts.stacked(pieces);
  }

  private DenseProduct.RowReader reader(String name, int cols) {
    if (layout.storedForm(name).isEmpty()) {
      return (first, count, to) -> {
        view.readRows(name, first, count, FloatBuffer.wrap(to, 0, count * cols));
        requireFinite(name, to, count * cols, first, cols);
      };
    }
    // What is stored transposed or in a stack is read whole for any of its rows.
    float[] all = view.read(name);
    requireFinite(name, all, all.length, 0, cols);
    return (first, count, to) -> System.arraycopy(all, first * cols, to, 0, count * cols);
  }

  /** The type in which a tensor, or what it is cut out of, is stored. */
  private DType type(String name) {
    return stored
        .flatMap(s -> s.find(name).or(() -> layout.storedForm(name).flatMap(f -> holder(s, f))))
        .map(TensorInfo::dtype)
        .filter(t -> t != DType.F64)
        .orElse(DType.F32);
  }

  private static Optional<TensorInfo> holder(Checkpoint checkpoint, StoredForm form) {
    return checkpoint.find(form.tensor());
  }

  /** The values, unless one is not finite. */
  static float[] finite(String name, float[] values, int cols) {
    requireFinite(name, values, values.length, 0, cols);
    return values;
  }

  private static void requireFinite(
      String name, float[] values, int count, int firstRow, int cols) {
    for (int i = 0; i < count; i++) {
      if (!Float.isFinite(values[i])) {
        int row = firstRow + i / cols;
        String place = cols == 1 ? "[" + row + "]" : "[" + row + ", " + i % cols + "]";
        throw PbqException.numerical("tensor " + name + " holds " + values[i] + " at " + place);
      }
    }
  }
}
