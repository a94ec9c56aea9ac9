package dev.pbq.train.layer;

import dev.pbq.core.packed.AffineGrid;
import dev.pbq.core.packed.BiRealLinear;
import dev.pbq.core.packed.LowPart;
import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.core.packed.SalientSplitLinear;
import dev.pbq.core.packed.ScaleDtype;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.core.tensor.LinearForm;
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
  public LinearForm form() {
    return rule.signsInput() ? LinearForm.SIGNED : LinearForm.PLAIN;
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
    if (!rule.scaled()) {
      Arrays.fill(alpha, 1);
      return;
    }
    float[] w = latent.values();
    for (int r = 0; r < rows; r++) {
      mean[r] = rule.centered() ? mean(w, r) : 0;
      double magnitude = 0;
      for (int i = r * cols; i < (r + 1) * cols; i++) {
        magnitude += Math.abs(w[i] - mean[r]);
      }
      alpha[r] = dtype.store((float) (magnitude / cols), name, "scale");
    }
  }

  private float mean(float[] w, int row) {
    double sum = 0;
    for (int i = row * cols; i < (row + 1) * cols; i++) {
      sum += w[i];
    }
    return (float) (sum / cols);
  }

  @Override
  public void propagate(float[] gradient) {
    float[] w = latent.values();
    float[] g = latent.gradient();
    for (int r = 0; r < rows; r++) {
      float factor = rule.scalesGradient() ? alpha[r] : 1;
      double sum = 0;
      for (int i = r * cols; i < (r + 1) * cols; i++) {
        double passed = factor * gradient[i] * rule.derivative(w[i] - mean[r]);
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

  /** Stored as PB-LLM's family with no salient weight; Bi-Real in a family of its own. */
  @Override
  public QuantizedLinear pack() {
    measure();
    return rule.signsInput()
        ? new BiRealLinear(rows, cols, dtype, signs((byte) 0, (byte) 1), alpha.clone())
        : withoutSalient();
  }

  /** What stands for each sign, +1 or -1, of the latent weights. */
  private byte[] signs(byte positive, byte negative) {
    float[] w = latent.values();
    byte[] codes = new byte[w.length];
    for (int i = 0; i < w.length; i++) {
      codes[i] = w[i] - mean[i / cols] >= 0 ? positive : negative;
    }
    return codes;
  }

  private SalientSplitLinear withoutSalient() {
    float[] unit = new float[rows];
    Arrays.fill(unit, 1);
    return new SalientSplitLinear(
        rows,
        cols,
        cols,
        dtype,
        new long[(rows * cols + 63) / 64],
        signs((byte) 1, (byte) 0),
        new AffineGrid(1, unit, new int[rows]),
        new LowPart.Binary(new float[rows], alpha.clone()));
  }
}
