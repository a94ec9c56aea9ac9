package dev.pbq.eval.run;

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
    return Optional.of(new Held(products.of(linear.name())));
  }

  private record Held(PackedProduct product) implements HeldLinear {
    @Override
    public int outputs() {
      return product.rows();
    }

    @Override
    public void apply(float[] x, int rows, float[] y) {
      product.multiply(x, rows, y);
    }
  }
}
