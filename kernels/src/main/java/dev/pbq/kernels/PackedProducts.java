package dev.pbq.kernels;

import dev.pbq.core.packed.PackedRows;
import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.core.tensor.LinearForm;
import dev.pbq.kernels.family.Form;
import dev.pbq.kernels.family.Forms;
import dev.pbq.kernels.lanes.BestLanes;
import dev.pbq.kernels.lanes.Lanes;
import java.util.List;

/** Products for weights as they are stored. */
public final class PackedProducts {
  private PackedProducts() {}

  /**
   * The product with a quantized linear's weights, W x and nothing else: what the layer computes
   * beside it is for {@link #formed}. The layer is not kept.
   */
  public static PackedProduct of(QuantizedLinear linear) {
    return of(linear, BestLanes.get());
  }

  /** The same by certain loops. */
  static PackedProduct of(QuantizedLinear linear, Lanes lanes) {
    Form form = linear.match(new Forms());
    if (form instanceof Form.Coded coded) {
      return new CodeProduct(coded.tiles(), coded.apart(), lanes);
    }
    if (form instanceof Form.Adapted adapted) {
      return adapted(adapted, lanes);
    }
    Form.Values values = (Form.Values) form;
    return DenseProduct.of(PackedRows.of(values.layer()), values.dtype(), lanes);
  }

  private static PackedProduct adapted(Form.Adapted of, Lanes lanes) {
    int rank = of.rank();
    int rows = of.base().rows();
    int cols = of.base().cols();
    return new LowRankProduct(
        of(of.base(), lanes),
        DenseProduct.of(turned(cols, rank, of.a()), lanes),
        DenseProduct.of(turned(rank, rows, of.b()), lanes));
  }

  /** The transpose [width, height] of a matrix [height, width]. */
  private static FloatMatrix turned(int height, int width, float[] from) {
    FloatMatrix to = FloatMatrix.zeros(width, height);
    for (int r = 0; r < height; r++) {
      for (int c = 0; c < width; c++) {
        to.data()[c * height + r] = from[r * width + c];
      }
    }
    return to;
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
