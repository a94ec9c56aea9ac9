package dev.pbq.train.layer;

import dev.pbq.core.packed.AffineGrid;
import dev.pbq.core.packed.LowPart;
import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.core.packed.SalientSplitLinear;
import dev.pbq.core.packed.ScaleDtype;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.train.optimizer.Parameter;
import java.util.Arrays;
import java.util.List;

/**
 * A layer without salient weights, binarized by one of the published {@linkplain SignRule rules}:
 * w_used = alpha_r sign(w), alpha_r the mean magnitude of the row or 1. No gradient passes alpha.
 * sign(0) is +1.
 */
public final class SignLinear implements TrainableLinear {
  private final String name;
  private final int rows;
  private final int cols;
  private final SignRule rule;
  private final ScaleDtype dtype;
  private final Parameter latent;
  private final float[] mean;
  private final float[] alpha;

  /**
   * A layer that starts from a weight.
   *
   * @param name of the linear
   * @param weight [rows, cols], copied
   * @param dtype the stored type that the scales are rounded to in use
   */
  public SignLinear(String name, FloatMatrix weight, SignRule rule, ScaleDtype dtype) {
    this.name = name;
    this.rows = weight.rows();
    this.cols = weight.cols();
    this.rule = rule;
    this.dtype = dtype;
    this.latent = Parameter.of(name + ".latent", weight.data().clone(), true);
    this.mean = new float[rows];
    this.alpha = new float[rows];
  }

  @Override
  public List<Parameter> parameters() {
    return List.of(latent);
  }

  @Override
  public void use(float[] weight) {
    measure();
    float[] w = latent.values();
    for (int r = 0, i = 0; r < rows; r++) {
      for (int c = 0; c < cols; c++, i++) {
        weight[i] = w[i] - mean[r] >= 0 ? alpha[r] : -alpha[r];
      }
    }
  }

  private void measure() {
    if (!rule.centered()) {
      Arrays.fill(alpha, 1);
      return;
    }
    float[] w = latent.values();
    for (int r = 0; r < rows; r++) {
      double sum = 0;
      for (int i = r * cols; i < (r + 1) * cols; i++) {
        sum += w[i];
      }
      mean[r] = (float) (sum / cols);
      double magnitude = 0;
      for (int i = r * cols; i < (r + 1) * cols; i++) {
        magnitude += Math.abs(w[i] - mean[r]);
      }
      alpha[r] = dtype.store((float) (magnitude / cols), name, "scale");
    }
  }

  @Override
  public void propagate(float[] gradient) {
    float[] w = latent.values();
    float[] g = latent.gradient();
    for (int r = 0; r < rows; r++) {
      double sum = 0;
      for (int i = r * cols; i < (r + 1) * cols; i++) {
        double passed = alpha[r] * gradient[i] * rule.derivative(w[i] - mean[r]);
        g[i] = (float) passed;
        sum += passed;
      }
      if (rule.centered()) {
        float shift = (float) (sum / cols);
        for (int i = r * cols; i < (r + 1) * cols; i++) {
          g[i] -= shift;
        }
      }
    }
  }

  /** Stored as PB-LLM's family with no salient weight. */
  @Override
  public QuantizedLinear pack() {
    measure();
    float[] w = latent.values();
    byte[] codes = new byte[w.length];
    for (int i = 0; i < w.length; i++) {
      codes[i] = (byte) (w[i] - mean[i / cols] >= 0 ? 1 : 0);
    }
    float[] unit = new float[rows];
    Arrays.fill(unit, 1);
    return new SalientSplitLinear(
        rows,
        cols,
        cols,
        dtype,
        new long[(w.length + 63) / 64],
        codes,
        new AffineGrid(1, unit, new int[rows]),
        new LowPart.Binary(new float[rows], alpha.clone()));
  }
}
