package dev.pbq.kernels.decoder;

import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.TensorInfo;
import dev.pbq.core.checkpoint.TiedWeights;
import dev.pbq.core.model.ModelLayout;
import dev.pbq.core.model.StoredForm;
import dev.pbq.core.tensor.DType;
import dev.pbq.core.tensor.Half;
import dev.pbq.core.tensor.WeightSource;
import dev.pbq.kernels.DenseProduct;
import dev.pbq.kernels.PackedProduct;
import dev.pbq.kernels.PackedProducts;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Products with tensors that are not packed, held in the type in which they are stored. What is
 * stored transposed or in a stack is put in order first. Thread-safe.
 *
 * @param view the weights as the layout describes them
 * @param stored the files; empty if they are no safetensors, whose weights are held as float32
 */
record DenseTensors(ModelLayout layout, WeightSource view, Optional<Checkpoint> stored) {
  /** A product holds one buffer, so that larger tensors are cut between rows. */
  private static final long PIECE_BYTES = 1L << 30;

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
    Optional<TensorInfo> info = stored.flatMap(s -> s.find(holder(s, name)));
    DType dtype = info.map(TensorInfo::dtype).filter(t -> t != DType.F64).orElse(DType.F32);
    boolean asStored = info.filter(i -> i.dtype() == dtype && plain(name)).isPresent();
    int step = (int) Math.max(1, Math.min(rows, PIECE_BYTES / ((long) cols * dtype.bytes())));
    List<PackedProduct> pieces = new ArrayList<>();
    for (int row = 0; row < rows; row += step) {
      int count = Math.min(step, rows - row);
      ByteBuffer data =
          asStored ? bytes(info.get(), row, count, cols) : encoded(name, row, count, cols, dtype);
      requireFinite(name, data, dtype, row, cols);
      pieces.add(DenseProduct.of(count, cols, dtype, data));
    }
    return PackedProducts.stacked(pieces);
  }

  private String holder(Checkpoint checkpoint, String name) {
    return layout
        .storedForm(name)
        .map(StoredForm::tensor)
        .filter(t -> !checkpoint.contains(name))
        .orElse(name);
  }

  /** Whether the files hold the matrix itself, not transposed and not in a stack. */
  private boolean plain(String name) {
    Optional<StoredForm> form = layout.storedForm(name);
    return form.isEmpty()
        || !form.get().tensor().equals(name) && stored.orElseThrow().contains(name);
  }

  private ByteBuffer bytes(TensorInfo info, int row, int count, int cols) {
    long rowBytes = (long) cols * info.dtype().bytes();
    return stored
        .orElseThrow()
        .bytes(info.name(), row * rowBytes, Math.toIntExact(count * rowBytes));
  }

  /** Values in the type in which they, or those that they come from, are stored: exactly. */
  private ByteBuffer encoded(String name, int row, int count, int cols, DType dtype) {
    float[] values = new float[Math.multiplyExact(count, cols)];
    view.readRows(name, row, count, FloatBuffer.wrap(values));
    ByteBuffer data =
        ByteBuffer.allocate(values.length * dtype.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      switch (dtype) {
        case F16 -> data.putShort(Half.fromFloat(value));
        case BF16 -> data.putShort(Half.bfloatFromFloat(value));
        default -> data.putFloat(value);
      }
    }
    return data.flip();
  }

  private static void requireFinite(
      String name, ByteBuffer data, DType dtype, int firstRow, int cols) {
    int count = data.remaining() / dtype.bytes();
    for (int i = 0; i < count; i++) {
      float value =
          switch (dtype) {
            case F16 -> Half.toFloat(data.getShort(2 * i));
            case BF16 -> Half.bfloatToFloat(data.getShort(2 * i));
            default -> data.getFloat(4 * i);
          };
      if (!Float.isFinite(value)) {
        throw notFinite(name, value, firstRow + i / cols, i % cols);
      }
    }
  }

  /** The values, unless one is not finite. */
  static float[] finite(String name, float[] values, int cols) {
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        throw notFinite(name, values[i], i / cols, i % cols);
      }
    }
    return values;
  }

  private static PbqException notFinite(String name, float value, int row, int col) {
    return PbqException.numerical(
        "tensor " + name + " holds " + value + " at [" + row + ", " + col + "]");
  }
}
