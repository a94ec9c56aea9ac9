package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Activation;
import java.util.Map;

/** The nonlinear function of an MLP, applied to every element. */
enum ActivationFunction {
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
      NDArray inner;
      try (NDArray cube = x.pow(3)) {
        inner = cube.muli(0.044715f).addi(x).muli((float) Math.sqrt(2 / Math.PI)).tanh();
      }
      return inner.addi(1f).muli(x).muli(0.5f);
    }
  },
  /** x times sigmoid(1.702 x). */
  QUICK_GELU {
    @Override
    NDArray apply(NDArray x) {
      try (NDArray scaled = x.mul(1.702f)) {
        return Activation.sigmoid(scaled).muli(x);
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
