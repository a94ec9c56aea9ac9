package dev.pbq.core.pipeline;

import dev.pbq.core.linalg.Hessian;
import dev.pbq.core.linalg.HessianAccumulator;
import dev.pbq.core.model.LinearInput;
import dev.pbq.core.model.LinearInputTap;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The Hessian of each of some inputs, accumulated while a block runs. Owns what is not finished.
 */
public final class HessianTap implements LinearInputTap, AutoCloseable {
  private final Map<String, HessianAccumulator> accumulators = new HashMap<>();
  private final Map<String, Long> tokens = new HashMap<>();
  private final boolean everyToken;

  /**
   * Starts at zero.
   *
   * @param everyToken whether experts are shown all tokens
   */
  public HessianTap(List<LinearInput> inputs, boolean everyToken) {
    this.everyToken = everyToken;
    for (LinearInput input : inputs) {
      accumulators.put(input.name(), new HessianAccumulator(input.features()));
    }
  }

  @Override
  public void accept(LinearInput input, FloatBuffer x, int sequences, int tokensPerSequence) {
    HessianAccumulator accumulator = accumulators.get(input.name());
    if (accumulator != null) {
      accumulator.add(x, sequences * tokensPerSequence, sequences);
      tokens.merge(input.name(), (long) sequences * tokensPerSequence, Long::sum);
    }
  }

  @Override
  public boolean everyToken(LinearInput input) {
    return everyToken && accumulators.containsKey(input.name());
  }

  @Override
  public boolean wants(LinearInput input) {
    return accumulators.containsKey(input.name());
  }

  /** Frees what was found of an input; it cannot be finished any more. */
  void discard(LinearInput input) {
    accumulators.get(input.name()).close();
  }

  /** Tokens that an input was shown for. */
  public long tokens(LinearInput input) {
    return tokens.getOrDefault(input.name(), 0L);
  }

  /** The Hessian of an input, for the caller to close. */
  public Hessian finish(LinearInput input) {
    return accumulators.get(input.name()).finish(input.name());
  }

  @Override
  public void close() {
    accumulators.values().forEach(HessianAccumulator::close);
  }
}
