package dev.pbq.train.layer;

/**
 * A product of two narrow matrices beside a frozen weight (LoRA, Hu et al., arXiv 2106.09685): y =
 * x base^T + dropout(x) A B. While it trains, the model multiplies with the base and with A and B
 * each, so that no gradient of the size of the weight is needed.
 */
public interface Adapter {
  /** Columns of A, rows of B. */
  int rank();

  /** Share of the inputs of A that are set to 0 in training, the others growing to match. */
  double dropout();

  /**
   * The frozen weight [rows, cols].
   *
   * @param weight row-major, overwritten
   */
  void useBase(float[] weight);

  /**
   * The current A and B, as they are stored.
   *
   * @param a [cols, rank], overwritten
   * @param b [rank, rows], overwritten
   */
  void use(float[] a, float[] b);

  /**
   * Sets the gradients of the trained arrays.
   *
   * @param gradientA of the loss with respect to the A that {@link #use} gave last
   * @param gradientB the same for B
   */
  void propagate(float[] gradientA, float[] gradientB);
}
