package dev.pbq.train.layer;

import dev.pbq.core.packed.LowPart;
import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.core.packed.SalientSplitLinear;
import dev.pbq.core.packed.ScaleDtype;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.train.optimizer.Parameter;
import java.util.Arrays;
import java.util.List;

/**
 * PB-LLM's layer of quantization-aware training (arXiv 2310.00034, {@code xnor_outlier}): salient
 * weights are frozen, all others are alpha * sign(w), with one alpha for the matrix, the mean
 * magnitude of the weights that are not salient, computed anew in every step. Backward: dw = alpha
 * * dw_used where a weight is not salient, without clipping and without a gradient through alpha; 0
 * where it is. sign(0) is +1.
 */
public final class SalientBinaryLinear implements TrainableLinear {
  private final String name;
  private final int rows;
  private final int cols;
  private final ScaleDtype dtype;
  private final SalientWeights salient;
  private final Parameter latent;
  private float alpha;

  /**
   * A layer that starts from a weight.
   *
   * @param name of the linear
   * @param weight [rows, cols], the latent weights to start from; copied
   * @param salient which are frozen, at what values
   * @param dtype the stored type that alpha is rounded to
   */
  public SalientBinaryLinear(
      String name, FloatMatrix weight, SalientWeights salient, ScaleDtype dtype) {
    this.name = name;
    this.rows = weight.rows();
    this.cols = weight.cols();
    this.dtype = dtype;
    this.salient = salient;
    this.latent = Parameter.of(name + ".latent", weight.data().clone(), true);
  }

  @Override
  public List<Parameter> parameters() {
    return List.of(latent);
  }

  /** The scale that {@link #use} took last. */
  public float alpha() {
    return alpha;
  }

  @Override
  public void use(float[] weight) {
    float[] w = latent.values();
    double sum = 0;
    int count = 0;
    for (int i = 0; i < w.length; i++) {
      if (!salient.contains(i)) {
        sum += Math.abs(w[i]);
        count++;
      }
    }
    alpha = count == 0 ? 0 : dtype.store((float) (sum / count), name, "scale");
    for (int i = 0; i < w.length; i++) {
      weight[i] = salient.contains(i) ? salient.value(i, cols) : w[i] >= 0 ? alpha : -alpha;
    }
  }

  @Override
  public void propagate(float[] gradient) {
    float[] g = latent.gradient();
    for (int i = 0; i < g.length; i++) {
      g[i] = salient.contains(i) ? 0 : alpha * gradient[i];
    }
  }

  @Override
  public QuantizedLinear pack() {
    use(new float[rows * cols]);
    float[] w = latent.values();
    byte[] codes = salient.codes().clone();
    for (int i = 0; i < w.length; i++) {
      if (!salient.contains(i)) {
        codes[i] = (byte) (w[i] >= 0 ? 1 : 0);
      }
    }
    float[] scale = new float[rows];
    Arrays.fill(scale, alpha);
    return new SalientSplitLinear(
        rows,
        cols,
        cols,
        dtype,
        salient.mask(),
        codes,
        salient.grid(),
        new LowPart.Binary(new float[rows], scale));
  }
}
