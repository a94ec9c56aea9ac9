package dev.pbq.ecq.sweep;

import dev.pbq.core.linalg.LowerFactor;
import dev.pbq.core.tensor.FloatMatrix;
import java.util.Arrays;
import java.util.Optional;

/**
 * What is quantized: the weight [rows, cols] and what the errors of its columns weigh.
 *
 * @param weight W [rows, cols]
 * @param factor L of the damped Hessian; without one, errors of all columns weigh the same
 * @param pivots the diagonal of L; 0 for columns whose inputs are always 0, which become 0
 */
public record Layer(FloatMatrix weight, Optional<LowerFactor> factor, double[] pivots) {
  /** With a Hessian. */
  public static Layer of(FloatMatrix weight, LowerFactor factor) {
    double[] pivots = factor.diagonal();
    for (int c : factor.deadColumns()) {
      pivots[c] = 0;
    }
    return new Layer(weight, Optional.of(factor), pivots);
  }

  /** Without one: the sum of squared errors of the weights counts. */
  public static Layer of(FloatMatrix weight) {
    double[] pivots = new double[weight.cols()];
    Arrays.fill(pivots, 1);
    return new Layer(weight, Optional.empty(), pivots);
  }

  public int rows() {
    return weight.rows();
  }

  public int cols() {
    return weight.cols();
  }

  /** Every {@code stride}-th row, from the middle of the first stride on. */
  public Layer sample(int stride) {
    int count = Math.max(1, rows() / stride);
    float[] data = new float[Math.multiplyExact(count, cols())];
    for (int r = 0; r < count; r++) {
      System.arraycopy(weight.data(), (r * stride + stride / 2) * cols(), data, r * cols(), cols());
    }
    return new Layer(new FloatMatrix(count, cols(), data), factor, pivots);
  }

  /** Whether a column is left at 0. */
  public boolean isDead(int column) {
    return pivots[column] == 0;
  }
}
