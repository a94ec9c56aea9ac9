package dev.pbq.eval.sensitivity;

import dev.pbq.core.linalg.Hessian;
import dev.pbq.core.linalg.HessianAccumulator;
import dev.pbq.core.model.LinearInput;
import dev.pbq.core.model.LinearInputTap;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The Hessian of every input of a block, accumulated while the block runs. Experts of a mixture are
 * shown all tokens of their block. Owns native memory.
 */
final class InputHessians implements LinearInputTap, AutoCloseable {
  private final Map<String, HessianAccumulator> accumulators = new HashMap<>();

  InputHessians(List<LinearInput> inputs) {
    inputs.forEach(i -> accumulators.put(i.name(), new HessianAccumulator(i.features())));
  }

  @Override
  public void accept(LinearInput input, FloatBuffer x, int sequences, int tokensPerSequence) {
    HessianAccumulator accumulator = accumulators.get(input.name());
    if (accumulator != null) {
      accumulator.add(x, sequences * tokensPerSequence, sequences);
    }
  }

  @Override
  public boolean everyToken(LinearInput input) {
    return accumulators.containsKey(input.name());
  }

  /** The Hessian of an input, for the caller to close. */
  Hessian finish(LinearInput input) {
    return accumulators.get(input.name()).finish(input.name());
  }

  @Override
  public void close() {
    accumulators.values().forEach(HessianAccumulator::close);
  }
}
