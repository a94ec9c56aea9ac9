package dev.pbq.train.layer;

import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.train.optimizer.Parameter;
import java.util.List;

/**
 * A linear whose weight is rounded to a number format (arXiv 2310.05079, section 4.3). Gradients
 * pass the rounding unchanged, also where it clamps; what a block shares is a constant.
 */
public final class FormatLinear implements TrainableLinear {
  private final String name;
  private final FloatMatrix latent;
  private final Parameter parameter;
  private final WeightFormat format;
  private final boolean roundsOnce;

  /**
   * A layer that starts from a weight.
   *
   * @param weight [rows, cols]; copied
   * @param roundsOnce whether the weight is rounded now and then trained in float32, as the
   *     original's program does, instead of rounded whenever it is used; what is stored is rounded
   *     in both cases
   */
  public FormatLinear(String name, FloatMatrix weight, WeightFormat format, boolean roundsOnce) {
    this.name = name;
    this.latent = weight.copy();
    this.parameter = Parameter.of(name + ".latent", latent.data(), true);
    this.format = format;
    this.roundsOnce = roundsOnce;
    if (roundsOnce) {
      format.round(name, latent);
    }
  }

  @Override
  public List<Parameter> parameters() {
    return List.of(parameter);
  }

  @Override
  public void use(float[] weight) {
    System.arraycopy(latent.data(), 0, weight, 0, weight.length);
    format.round(name, new FloatMatrix(latent.rows(), latent.cols(), weight));
  }

  @Override
  public void learnWith(float[] weight) {
    if (roundsOnce) {
      System.arraycopy(latent.data(), 0, weight, 0, weight.length);
    } else {
      use(weight);
    }
  }

  @Override
  public boolean learnsAsStored() {
    return !roundsOnce;
  }

  @Override
  public void propagate(float[] gradient) {
    System.arraycopy(gradient, 0, parameter.gradient(), 0, gradient.length);
  }

  @Override
  public QuantizedLinear pack() {
    return format.pack(name, latent);
  }
}
