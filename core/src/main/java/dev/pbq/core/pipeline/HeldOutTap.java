package dev.pbq.core.pipeline;

import dev.pbq.core.linalg.Hessian;
import dev.pbq.core.linalg.HessianAccumulator;
import dev.pbq.core.model.LinearInput;
import dev.pbq.core.model.LinearInputTap;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The Hessian of each of some inputs over the held-out windows. Owns what is not finished. */
final class HeldOutTap implements AutoCloseable {
  private final int windows;
  private final Map<String, HessianAccumulator> accumulators = new HashMap<>();

  /**
   * Starts at zero.
   *
   * @param inputs none of an expert, whose tokens belong to no window
   * @param windows all calibration windows, at least 2 if there are inputs
   */
  HeldOutTap(List<LinearInput> inputs, int windows) {
    this.windows = windows;
    for (LinearInput input : inputs) {
      accumulators.put(input.name(), new HessianAccumulator(input.features()));
    }
  }

  /**
   * A tap for a batch.
   *
   * @param first its first window
   * @param also sees the same inputs
   */
  LinearInputTap from(int first, LinearInputTap also) {
    if (accumulators.isEmpty()) {
      return also;
    }
    HeldOut heldOut = new HeldOut(windows);
    return (input, x, sequences, tokens) -> {
      also.accept(input, x, sequences, tokens);
      HessianAccumulator sum = accumulators.get(input.name());
      for (int w = 0; sum != null && w < sequences; w++) {
        if (heldOut.contains(first + w)) {
          int values = tokens * input.features();
          FloatBuffer window = x.slice(x.position() + w * values, values);
          sum.add(window, tokens, 1);
        }
      }
    };
  }

  /** The Hessian of an input, for the caller to close; empty if it was not asked for. */
  Optional<Hessian> finish(String input) {
    return Optional.ofNullable(accumulators.get(input)).map(sum -> sum.finish(input));
  }

  @Override
  public void close() {
    accumulators.values().forEach(HessianAccumulator::close);
  }
}
