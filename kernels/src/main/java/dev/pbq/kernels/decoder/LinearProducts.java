package dev.pbq.kernels.decoder;

import dev.pbq.core.checkpoint.ModelWeights;
import dev.pbq.core.model.ModelLayout;
import dev.pbq.kernels.PackedProduct;

/** Products with a model's linears, from their weights as they are stored. Thread-safe. */
public final class LinearProducts {
  private final StepWeights weights;

  /**
   * @param weights not owned; must stay open while products are made
   */
  public LinearProducts(ModelLayout layout, ModelWeights weights) {
    this.weights = new StepWeights(layout, weights);
  }

  /**
   * What a linear computes, apart from its bias.
   *
   * @param linear its full name, without {@code .weight}
   * @throws dev.pbq.core.PbqException NOT_FOUND or BAD_DATA naming a tensor that is missing, of the
   *     wrong shape or not finite
   */
  public PackedProduct of(String linear) {
    return weights.formed(linear);
  }
}
