package dev.pbq.workflow.speed;

import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.ModelWeights;
import dev.pbq.core.checkpoint.PackedCheckpoint;
import dev.pbq.core.checkpoint.TensorInfo;
import dev.pbq.core.model.ModelLayout;
import dev.pbq.core.tensor.DType;
import dev.pbq.core.tensor.WeightSource;
import dev.pbq.kernels.DenseProduct;
import dev.pbq.kernels.PackedProduct;
import dev.pbq.kernels.PackedProducts;
import java.nio.FloatBuffer;
import java.util.Optional;

/** The products with a model's matrices, as they are stored. */
final class ModelProducts {
  private final ModelWeights weights;
  private final WeightSource view;

  ModelProducts(ModelWeights weights, ModelLayout layout) {
    this.weights = weights;
    this.view = layout.view(weights);
  }

  /**
   * @param name of a matrix [rows, cols], without {@code .weight}
   */
  PackedProduct of(String name, int rows, int cols) {
    if (weights instanceof PackedCheckpoint packed && packed.packedLinears().contains(name)) {
      return PackedProducts.of(packed.packed(name));
    }
    String tensor = name + ".weight";
    return DenseProduct.of(
        rows,
        cols,
        dtype(tensor),
        (first, count, to) -> view.readRows(tensor, first, count, FloatBuffer.wrap(to)));
  }

  /** The type that a tensor is stored in, where products take it; else float32. */
  private DType dtype(String tensor) {
    Optional<Checkpoint> stored = Optional.empty();
    if (weights instanceof PackedCheckpoint packed) {
      stored = Optional.of(packed.stored());
    } else if (weights instanceof Checkpoint plain) {
      stored = Optional.of(plain);
    }
    DType dtype = stored.flatMap(s -> s.find(tensor)).map(TensorInfo::dtype).orElse(DType.F32);
    return dtype == DType.F16 || dtype == DType.BF16 ? dtype : DType.F32;
  }
}
