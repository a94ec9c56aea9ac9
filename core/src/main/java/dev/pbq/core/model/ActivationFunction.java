package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import java.util.Map;

/** The nonlinear function of an MLP, applied to every element. */
public enum ActivationFunction {
  /** x times sigmoid(x). */
  SILU {
    @Override
    NDArray apply(NDArray x) {
      // The sigmoid itself must stay as it is: where the engine records, gradients need it.
      try (NDArray sigmoid = Activation.sigmoid(x)) {
        return x.mul(sigmoid);
      }
    }
  },
  /** x times the normal distribution function, by erf. */
  GELU {
    @Override
    NDArray apply(NDArray x) {
      return Activation.gelu(x);
    }
  },
  /** Gelu by its approximation with tanh. */
  GELU_TANH {
    @Override
    NDArray apply(NDArray x) {
      NDManager manager = x.getManager();
      // Power and tanh must stay as they are: where the engine records, gradients need them.
      try (NDArray three = manager.full(new Shape(), 3, DataType.INT32);
          NDArray cubic = HostArrays.scalar(manager, 0.044715f);
          NDArray width = HostArrays.scalar(manager, (float) Math.sqrt(2 / Math.PI));
          NDArray half = HostArrays.scalar(manager, 0.5f);
          NDArray cube = x.pow(three);
          NDArray scaled = cube.mul(cubic);
          NDArray tanh = scaled.addi(x).muli(width).tanh()) {
        return tanh.add(1f).muli(x).muli(half);
      }
    }
  },
  /** x times sigmoid(1.702 x). */
  QUICK_GELU {
    @Override
    NDArray apply(NDArray x) {
      try (NDArray factor = HostArrays.scalar(x.getManager(), 1.702f);
          NDArray scaled = x.mul(factor);
          NDArray sigmoid = Activation.sigmoid(scaled)) {
        return sigmoid.mul(x);
      }
    }
  },
  /** The larger of x and 0. */
  RELU {
    @Override
    NDArray apply(NDArray x) {
      return Activation.relu(x);
    }
  };

  /** The functions by their names in configurations. */
  static final Map<String, ActivationFunction> BY_NAME =
      Map.of(
          "silu", SILU,
          "swish", SILU,
          "gelu", GELU,
          "gelu_new", GELU_TANH,
          "gelu_pytorch_tanh", GELU_TANH,
          "gelu_fast", GELU_TANH,
          "quick_gelu", QUICK_GELU,
          "relu", RELU);

  /** A new array of x's manager. */
  abstract NDArray apply(NDArray x);
}
