package dev.pbq.eval.run;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.pbq.core.model.HeldLinear;
import dev.pbq.core.model.Linear;
import dev.pbq.core.model.Operand;
import dev.pbq.core.model.OperandTransform;
import dev.pbq.core.model.Product;
import dev.pbq.core.model.ProductOperands;
import dev.pbq.kernels.PackedProduct;
import dev.pbq.kernels.decoder.LinearProducts;
import java.util.Optional;

/**
 * Blocks on the engine whose linears are computed from their weights as they are stored.
 *
 * @param products of the model's linears
 */
record PackedOperands(LinearProducts products) implements ProductOperands {
  @Override
  public OperandTransform of(Product product, Operand operand) {
    return OperandTransform.NONE;
  }

  @Override
  public boolean isUnchanged() {
    return true;
  }

  @Override
  public Optional<HeldLinear> held(Linear linear) {
    PackedProduct product = products.of(linear.name());
    return Optional.of(x -> apply(product, x));
  }

  private static NDArray apply(PackedProduct product, NDArray x) {
    int rows = Math.toIntExact(x.getShape().get(0));
    float[] y = new float[Math.multiplyExact(rows, product.rows())];
    product.multiply(x.toFloatArray(), rows, y);
    return x.getManager().create(y, new Shape(rows, product.rows()));
  }
}
