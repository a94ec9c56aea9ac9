package dev.pbq.kernels.decoder;

import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.ModelWeights;
import dev.pbq.core.checkpoint.PackedCheckpoint;
import dev.pbq.core.model.DecoderOutline;
import dev.pbq.core.model.ModelLayout;
import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.core.tensor.LinearForm;
import dev.pbq.core.tensor.WeightSource;
import dev.pbq.kernels.PackedProduct;
import dev.pbq.kernels.PackedProducts;
import java.util.List;
import java.util.Optional;

/** The parts of a decoder that are made of stored tensors. Thread-safe. */
final class StepWeights {
  private static final String WEIGHT = ".weight";
  private static final String BIAS = ".bias";

  private final ModelLayout layout;
  private final WeightSource view;
  private final Optional<PackedCheckpoint> packed;
  private final DenseTensors dense;

  /**
   * @param weights not owned
   */
  StepWeights(ModelLayout layout, ModelWeights weights) {
    this.layout = layout;
    this.view = layout.view(weights);
    this.packed =
        weights instanceof PackedCheckpoint checkpoint ? Optional.of(checkpoint) : Optional.empty();
    this.dense =
        new DenseTensors(
            layout,
            view,
            weights instanceof Checkpoint checkpoint
                ? Optional.of(checkpoint)
                : packed.map(PackedCheckpoint::stored));
  }

  /** Whether the checkpoint has a linear of this name. */
  boolean contains(String linear) {
    return view.contains(linear + WEIGHT);
  }

  /** Whether two linears are stored with the same values, byte for byte. */
  boolean same(String linear, String other) {
    return !view.holdsLinear(linear)
        && !view.holdsLinear(other)
        && dense.same(linear + WEIGHT, other + WEIGHT);
  }

  /**
   * A linear as it is stored, packed or dense.
   *
   * @throws PbqException NOT_FOUND or BAD_DATA naming a tensor that is missing, of the wrong shape
   *     or not finite
   */
  LinearStep linear(String name) {
    return new LinearStep(formed(name), bias(name, view.form(name)));
  }

  /** What a linear computes, apart from its bias. */
  PackedProduct formed(String linear) {
    return PackedProducts.formed(product(linear), view.form(linear));
  }

  private float[] bias(String linear, LinearForm form) {
    String name = linear + BIAS;
    return switch (form.bias()) {
      case NONE -> new float[0];
      case OWN -> DenseTensors.finite(name, view.read(name), 1);
      case OF_MODEL -> layout.hasTensor(name) ? values(name) : new float[0];
    };
  }

  /** The product with a linear's weight alone. */
  PackedProduct product(String linear) {
    if (!view.holdsLinear(linear)) {
      return dense.product(linear + WEIGHT);
    }
    QuantizedLinear stored = packed.orElseThrow().packed(linear);
    int[] shape = layout.linearShape(linear);
    if (stored.rows() != shape[0] || stored.cols() != shape[1]) {
      layout.checkedShape(view, linear + WEIGHT);
    }
    return PackedProducts.of(stored);
  }

  /** The product with a dense tensor of two dimensions, by its full name. */
  PackedProduct tensor(String name) {
    return dense.product(name);
  }

  /** The values of a small tensor. */
  float[] values(String tensor) {
    long[] shape = layout.checkedShape(view, tensor);
    return DenseTensors.finite(tensor, view.read(tensor), columns(shape));
  }

  private static int columns(long[] shape) {
    int columns = 1;
    for (int i = 1; i < shape.length; i++) {
      columns *= (int) shape[i];
    }
    return columns;
  }

  NormStep norm(DecoderOutline.Norm norm) {
    float[] weights = joined(norm.weights());
    if (norm.kind() == DecoderOutline.NormKind.RMS_PLUS_ONE) {
      for (int i = 0; i < weights.length; i++) {
        weights[i] += 1;
      }
    }
    return new NormStep(
        norm.width(),
        norm.kind() == DecoderOutline.NormKind.LAYER,
        norm.epsilon(),
        weights,
        joined(norm.biases()));
  }

  private float[] joined(List<String> tensors) {
    List<float[]> parts = tensors.stream().map(this::values).toList();
    float[] all = new float[parts.stream().mapToInt(p -> p.length).sum()];
    int at = 0;
    for (float[] part : parts) {
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    return all;
  }
}
