package dev.pbq.kernels.decoder;

import dev.pbq.kernels.PackedProduct;
import dev.pbq.kernels.PackedProducts;
import java.util.List;

/**
 * Linears that read the same input: computed as one product, so that threads are handed work once.
 *
 * @param linears in the order of their outputs
 * @param all their products, one above the other
 */
record SharedInput(List<LinearStep> linears, PackedProduct all) {
  static SharedInput of(List<LinearStep> linears) {
    return new SharedInput(
        List.copyOf(linears),
        PackedProducts.stacked(linears.stream().map(LinearStep::product).toList()));
  }

  /**
   * Outputs of inputs [count, cols].
   *
   * @return [count, rows] of each linear, new arrays
   */
  float[][] apply(float[] x, int count) {
    float[] together = new float[Math.multiplyExact(count, all.rows())];
    all.multiply(x, count, together);
    float[][] outputs = new float[linears.size()][];
    int first = 0;
    for (int l = 0; l < outputs.length; l++) {
      outputs[l] = outputs.length == 1 ? together : part(together, count, first, l);
      linears.get(l).add(outputs[l]);
      first += linears.get(l).product().rows();
    }
    return outputs;
  }

  private float[] part(float[] together, int count, int first, int linear) {
    int rows = linears.get(linear).product().rows();
    float[] part = new float[count * rows];
    for (int i = 0; i < count; i++) {
      System.arraycopy(together, i * all.rows() + first, part, i * rows, rows);
    }
    return part;
  }
}
