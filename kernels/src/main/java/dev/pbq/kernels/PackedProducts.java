package dev.pbq.kernels;

import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.core.tensor.LinearForm;
import java.util.List;

/** Products for weights as they are stored. */
public final class PackedProducts {
  private PackedProducts() {}

  /**
   * The product with a quantized linear's weights, W x and nothing else: what the layer computes
   * beside it is for {@link #formed}. The layer is not kept.
   */
  public static PackedProduct of(QuantizedLinear linear) {
    return DenseProduct.of(linear.dequantize());
  }

  /**
   * What a linear of this form computes from its weight, apart from the bias, which the caller
   * adds: the product itself where the layer is a linear map; else the product with the inputs'
   * signs, or with each vector of outputs normalized to mean 0 and variance 1 (epsilon 1e-5).
   */
  public static PackedProduct formed(PackedProduct product, LinearForm form) {
    return FormedProduct.of(product, form);
  }

  /**
   * Matrices that read the same inputs, one above the other, as q, k and v or gate and up: their
   * outputs follow each other, and work is handed out to threads once.
   *
   * @param parts at least one, all with the same number of columns
   * @throws IllegalArgumentException if their columns differ
   */
  public static PackedProduct stacked(List<PackedProduct> parts) {
    return parts.size() == 1 ? parts.get(0) : new StackedProduct(parts);
  }
}
