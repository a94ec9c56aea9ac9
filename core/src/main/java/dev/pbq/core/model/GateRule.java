package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.nn.Activation;

/** How the outputs of a fused linear, gates and other factors, become the input of {@code down}. */
sealed interface GateRule {
  /** Combines [rows, 2 * width] to a new array [rows, width]. */
  NDArray apply(NDArray both);

  /** The gates are the first half: activation(gate) * up. */
  record Halves(ActivationFunction activation) implements GateRule {
    @Override
    public NDArray apply(NDArray both) {
      long width = both.getShape().get(1) / 2;
      try (NDArray gate = HostArrays.slice(both, 1, 0, width);
          NDArray up = HostArrays.slice(both, 1, width, 2 * width)) {
        return activation.apply(gate).muli(up);
      }
    }
  }

  /**
   * Gates and other factors alternate, and both are limited, as in gpt-oss: (up + 1) * gate *
   * sigmoid(alpha * gate).
   */
  record Interleaved(double limit, double alpha) implements GateRule {
    @Override
    public NDArray apply(NDArray both) {
      float most = (float) limit;
      try (NDArray gates = both.get(every(0));
          NDArray ups = both.get(every(1));
          NDArray gate = gates.minimum(most);
          NDArray up = ups.clip(-most, most);
          NDArray scaled = gate.mul((float) alpha)) {
        return Activation.sigmoid(scaled).muli(gate).muli(up.addi(1f));
      }
    }

    private static NDIndex every(int first) {
      return new NDIndex(":, " + first + "::2");
    }
  }
}
