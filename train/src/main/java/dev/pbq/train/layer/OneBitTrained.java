package dev.pbq.train.layer;

import dev.pbq.core.packed.OneBitLinear;
import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.core.packed.ScaleDtype;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.core.tensor.LinearForm;
import dev.pbq.train.optimizer.Parameter;
import java.util.List;

/**
 * OneBit's layer (arXiv 2402.11295): out = norm(h * (sign(W) (g * x))) + b with latent weights W
 * and the vectors g on the inputs and h on the outputs, all trained. The model multiplies with h_r
 * g_c sign(W_rc) and normalizes; the gradient passes the sign with the factor 1.001 - tanh(W)^2.
 * sign(0) is +1.
 */
public final class OneBitTrained implements TrainableLinear {
  /** Magnitude of the latent weights at the start, as published. */
  public static final float START = 0.01f;

  private final String name;
  private final int rows;
  private final int cols;
  private final ScaleDtype dtype;
  private final Parameter latent;
  private final Parameter input;
  private final Parameter output;

  /**
   * A layer with given values, which are not copied.
   *
   * @param name of the linear
   * @param latent [rows, cols]
   * @param input g [cols]
   * @param output h [rows]
   * @param dtype the stored type that the vectors are rounded to in use
   */
  public OneBitTrained(
      String name, FloatMatrix latent, float[] input, float[] output, ScaleDtype dtype) {
    this.name = name;
    this.rows = latent.rows();
    this.cols = latent.cols();
    this.dtype = dtype;
    this.latent = Parameter.of(name + ".latent", latent.data(), true);
    this.input = Parameter.of(name + ".input_factor", input, true);
    this.output = Parameter.of(name + ".weight_scale", output, true);
  }

  /**
   * The published start: latent weights of 0.01 with the signs of the weight, and the best product
   * of two vectors for its magnitudes (sign-value-independent decomposition).
   */
  public static OneBitTrained start(String name, FloatMatrix weight, ScaleDtype dtype) {
    RankOne vectors = RankOne.ofMagnitudes(weight);
    float[] latent = new float[weight.data().length];
    for (int i = 0; i < latent.length; i++) {
      latent[i] = START * Math.signum(weight.data()[i]);
    }
    return new OneBitTrained(
        name,
        new FloatMatrix(weight.rows(), weight.cols(), latent),
        vectors.input(),
        vectors.output(),
        dtype);
  }

  @Override
  public List<Parameter> parameters() {
    return List.of(latent, input, output);
  }

  @Override
  public LinearForm form() {
    return LinearForm.NORMALIZED;
  }

  @Override
  public void use(float[] weight) {
    float[] w = latent.values();
    float[] g = rounded(input);
    float[] h = rounded(output);
    for (int r = 0, i = 0; r < rows; r++) {
      for (int c = 0; c < cols; c++, i++) {
        float magnitude = h[r] * g[c];
        weight[i] = w[i] >= 0 ? magnitude : -magnitude;
      }
    }
  }

  @Override
  public void propagate(float[] gradient) {
    float[] w = latent.values();
    float[] g = rounded(input);
    float[] h = rounded(output);
    float[] toLatent = latent.gradient();
    double[] toInput = new double[cols];
    for (int r = 0, i = 0; r < rows; r++) {
      double toOutput = 0;
      for (int c = 0; c < cols; c++, i++) {
        float signed = w[i] >= 0 ? gradient[i] : -gradient[i];
        toInput[c] += (double) signed * h[r];
        toOutput += (double) signed * g[c];
        float tanh = (float) Math.tanh(w[i]);
        toLatent[i] = gradient[i] * h[r] * g[c] * (1.001f - tanh * tanh);
      }
      output.gradient()[r] = (float) toOutput;
    }
    for (int c = 0; c < cols; c++) {
      input.gradient()[c] = (float) toInput[c];
    }
  }

  @Override
  public QuantizedLinear pack() {
    byte[] negative = new byte[rows * cols];
    for (int i = 0; i < negative.length; i++) {
      negative[i] = (byte) (latent.values()[i] >= 0 ? 0 : 1);
    }
    return new OneBitLinear(rows, cols, dtype, negative, rounded(input), rounded(output));
  }

  private float[] rounded(Parameter vector) {
    float[] values = vector.values().clone();
    for (int i = 0; i < values.length; i++) {
      values[i] = dtype.store(values[i], name, "factor");
    }
    return values;
  }
}
