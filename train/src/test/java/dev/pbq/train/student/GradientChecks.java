package dev.pbq.train.student;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.model.OperandTransform;
import dev.pbq.core.model.ProductOperands;
import dev.pbq.core.model.TransformerModel;
import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.core.tensor.DType;
import dev.pbq.core.tensor.FloatMatrix;
import dev.pbq.train.layer.FormatLinear;
import dev.pbq.train.layer.StoredVector;
import dev.pbq.train.layer.TrainableLinear;
import dev.pbq.train.layer.WeightFormat;
import dev.pbq.train.optimizer.AdamW;
import dev.pbq.train.optimizer.Parameter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.DoubleSupplier;

/** Models of which everything is trained in float32, and gradients by central differences. */
final class GradientChecks {
  /** Leaves weights as they are. */
  private static final WeightFormat EXACT =
      new WeightFormat() {
        @Override
        public void round(String linear, FloatMatrix weight) {
          assertThat(weight.data()).isNotEmpty();
        }

        @Override
        public QuantizedLinear pack(String linear, FloatMatrix weight) {
          throw new IllegalStateException("nothing is packed here");
        }
      };

  private GradientChecks() {}

  /** Every tensor of a model, as it is. */
  static TrainedWeights everything(TransformerModel model, Checkpoint weights) {
    Map<String, TrainableLinear> linears = new LinkedHashMap<>();
    Map<String, StoredVector> vectors = new LinkedHashMap<>();
    for (String name : model.requiredTensors()) {
      String linear = name.replaceFirst("\\.weight$", "");
      long[] shape = weights.shape(name);
      if (model.layout().linear(linear).isPresent()) {
        linears.put(linear, new FormatLinear(linear, weights.readMatrix(name), EXACT, false));
      } else {
        Parameter values = Parameter.of(name, weights.read(name), false);
        vectors.put(
            name, new StoredVector(values, DType.F32, shape.length == 1 ? 0 : (int) shape[1]));
      }
    }
    return new TrainedWeights(linears, vectors);
  }

  /** Adds a constant of its own to every number: a change whose derivative is truly 1. */
  static ProductOperands shifted() {
    return (product, operand) -> shift((product.path() + " " + operand).hashCode());
  }

  private static OperandTransform shift(int seed) {
    return (x, matrices, rows, cols) -> {
      Random random = new Random(seed);
      for (int i = 0; i < matrices * rows * cols; i++) {
        x.put(i, x.get(i) + 0.3f * random.nextFloat());
      }
    };
  }

  /**
   * The derivative along the gradient, by central differences, is its norm.
   *
   * @param loss of the current values
   */
  static void alongGradient(Parameter parameter, double h, DoubleSupplier loss) {
    double norm = AdamW.norm(List.of(parameter));
    if (norm < 1e-3) {
      return;
    }
    float[] kept = parameter.values().clone();
    float[] direction = parameter.gradient().clone();
    double[] losses = new double[2];
    for (int side = 0; side < 2; side++) {
      for (int i = 0; i < kept.length; i++) {
        parameter.values()[i] = (float) (kept[i] + (side == 0 ? h : -h) * direction[i] / norm);
      }
      losses[side] = loss.getAsDouble();
    }
    System.arraycopy(kept, 0, parameter.values(), 0, kept.length);
    assertThat((losses[0] - losses[1]) / (2 * h))
        .as(parameter.name())
        .isCloseTo(norm, within(0.03 * norm + 2e-4));
  }
}
