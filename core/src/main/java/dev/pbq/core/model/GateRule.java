package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.nn.Activation;

/** How the outputs of a fused linear, gates and other factors, become the input of {@code down}. */
sealed interface GateRule {
  /** Combines [rows, 2 * width] to a new array [rows, width]. */
  NDArray apply(NDArray both);

  /** The rule in words. */
  SublayerOutline.Gate outline();

  /** The gates are the first half: activation(gate) * up. */
  record Halves(ActivationFunction activation) implements GateRule {
    @Override
    public SublayerOutline.Gate outline() {
      return new SublayerOutline.Gate.Halves(activation);
    }

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
    public SublayerOutline.Gate outline() {
      return new SublayerOutline.Gate.Interleaved(limit, alpha);
    }

    @Override
    public NDArray apply(NDArray both) {
      NDManager manager = both.getManager();
      try (NDArray most = HostArrays.scalar(manager, limit);
          NDArray least = HostArrays.scalar(manager, -limit);
          NDArray slope = HostArrays.scalar(manager, alpha);
          NDArray gates = both.get(every(0));
          NDArray ups = both.get(every(1));
          NDArray gate = gates.minimum(most);
          NDArray below = ups.minimum(most);
          NDArray up = below.maximum(least);
          NDArray scaled = gate.mul(slope);
          NDArray sigmoid = Activation.sigmoid(scaled);
          NDArray factor = up.add(1f)) {
        return sigmoid.mul(gate).muli(factor);
      }
    }

    private static NDIndex every(int first) {
      return new NDIndex(":, " + first + "::2");
    }
  }
}
