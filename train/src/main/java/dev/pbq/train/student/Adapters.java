package dev.pbq.train.student;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.pbq.core.model.Linear;
import dev.pbq.core.model.LinearProduct;
import dev.pbq.core.model.ModelLayout;
import dev.pbq.core.model.Operand;
import dev.pbq.core.model.OperandTransform;
import dev.pbq.core.model.Product;
import dev.pbq.core.model.ProductOperands;
import dev.pbq.core.parallel.Parallel;
import dev.pbq.train.layer.Adapter;
import dev.pbq.train.layer.TrainableLinear;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The adapters of a student. While it learns, the weights in the engine are the frozen ones and
 * adapters are computed beside them; when it is evaluated, the weights hold both, as an evaluation
 * of the stored result computes them.
 */
final class Adapters {
  /** What the engine's weights hold. */
  private enum Held {
    NEITHER,
    BASE,
    WHOLE
  }

  private final ModelLayout layout;
  private final TrainedWeights trained;
  private final Map<String, AdapterProduct> products = new HashMap<>();
  private final List<NDArray> weights = new ArrayList<>();
  private Held held = Held.NEITHER;

  /**
   * @param owner gets the arrays
   */
  Adapters(NDManager owner, ModelLayout layout, TrainedWeights trained) {
    this.layout = layout;
    this.trained = trained;
    for (String name : trained.linears().keySet()) {
      Optional<Adapter> adapter = trained.linears().get(name).adapter();
      if (adapter.isPresent()) {
        Linear linear = layout.linear(name).orElseThrow();
        products.put(
            name,
            new AdapterProduct(
                owner, adapter.get(), linear.rows(), linear.cols(), products.size() + 1L));
      }
    }
  }

  /** How blocks are to compute their products, where operands are changed as {@code others} say. */
  ProductOperands operands(ProductOperands others) {
    return products.isEmpty() ? others : new Beside(others);
  }

  /** Operands as others change them, and products with adapters beside them. */
  private final class Beside implements ProductOperands {
    private final ProductOperands others;

    Beside(ProductOperands others) {
      this.others = others;
    }

    @Override
    public OperandTransform of(Product product, Operand operand) {
      return others.of(product, operand);
    }

    @Override
    public Optional<LinearProduct> linear(Product product) {
      return Optional.ofNullable(
          products.get(layout.blockPrefix(product.block()) + "." + product.path()));
    }
  }

  /** Keeps those of a block's arrays that adapters stand beside; lent. */
  void hold(List<NDArray> arrays) {
    for (NDArray array : arrays) {
      String name = array.getName();
      if (name.endsWith(".weight") && products.containsKey(TrainedWeights.linear(name))) {
        weights.add(array);
      }
    }
  }

  /** Until the next call of {@link #evaluate}, products are those of training. */
  void train(long noise) {
    products.values().forEach(product -> product.train(noise));
    write(Held.BASE);
  }

  void evaluate() {
    products.values().forEach(AdapterProduct::evaluate);
    write(Held.WHOLE);
  }

  /** Takes the current values into use. */
  void refresh() {
    products.values().forEach(AdapterProduct::refresh);
    held = held == Held.WHOLE ? Held.NEITHER : held;
  }

  void takeGradients() {
    products.values().forEach(AdapterProduct::takeGradients);
  }

  private void write(Held wanted) {
    if (held == wanted) {
      return;
    }
    Parallel.forEach(
        weights.size(),
        i -> {
          NDArray array = weights.get(i);
          float[] weight = new float[(int) array.size()];
          TrainableLinear layer = trained.linears().get(TrainedWeights.linear(array.getName()));
          if (wanted == Held.BASE) {
            layer.adapter().orElseThrow().useBase(weight);
          } else {
            layer.use(weight);
          }
          EngineFloats.write(array, buffer -> buffer.put(0, weight));
        });
    held = wanted;
  }
}
