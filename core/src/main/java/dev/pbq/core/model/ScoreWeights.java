package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

/**
 * Makes attention weights of the scaled products of some pairs of a sequence and a head of keys.
 * Row r of a pair's matrix belongs to query head (r div rows) of its group.
 */
final class ScoreWeights {
  private final ScoreRule rule;
  private final int keyValueHeads;

  ScoreWeights(ScoreRule rule, int keyValueHeads) {
    this.rule = rule;
    this.keyValueHeads = keyValueHeads;
  }

  /**
   * The weights.
   *
   * @param scores [pairs, group * rows, keys]; may be changed
   * @param group heads of queries of each pair
   * @param firstPair index of the first pair among all sequences
   * @param firstKey position of the first key
   * @param mask [rows, masked], added to the last keys
   * @return as {@code scores}, a new array of their manager
   */
  NDArray of(NDArray scores, long group, long firstPair, long firstKey, NDArray mask) {
    if (rule.softcap() == 0) {
      return unlimited(scores, group, firstPair, firstKey, mask);
    }
    try (NDArray cap = HostArrays.scalar(scores.getManager(), rule.softcap());
        NDArray tanh = scores.divi(cap).tanh();
        NDArray limited = tanh.mul(cap)) {
      return unlimited(limited, group, firstPair, firstKey, mask);
    }
  }

  private NDArray unlimited(
      NDArray scores, long group, long firstPair, long firstKey, NDArray mask) {
    Shape shape = scores.getShape();
    long keys = shape.get(2);
    long rows = shape.get(1) / group;
    // Views: what is added to them is added to the scores.
    try (NDArray byQuery = scores.reshape(new Shape(shape.get(0), group, rows, keys))) {
      if (rule.alibi().isPresent()) {
        try (NDArray bias =
            bias(scores.getManager(), shape.get(0), group, firstPair, firstKey, keys)) {
          byQuery.addi(bias);
        }
      }
      try (NDArray masked = HostArrays.slice(byQuery, 3, keys - mask.getShape().get(1), keys)) {
        masked.addi(mask);
      }
    }
    if (rule.sinks().isEmpty()) {
      return scores.softmax(-1);
    }
    try (NDArray sink = sink(scores.getManager(), shape.get(0), group, rows, firstPair);
        NDArray both = scores.concat(sink, 2);
        NDArray weights = both.softmax(-1)) {
      return HostArrays.copy(HostArrays.slice(weights, 2, 0, keys));
    }
  }

  private int head(long pair, long group, long member) {
    return Math.toIntExact(pair % keyValueHeads * group + member);
  }

  /** [pairs, group, 1, keys]. */
  private NDArray bias(
      NDManager manager, long pairs, long group, long firstPair, long firstKey, long keys) {
    Alibi alibi = rule.alibi().orElseThrow();
    return HostArrays.floats(
        manager,
        new Shape(pairs, group, 1, keys),
        buffer -> {
          for (long p = 0; p < pairs; p++) {
            for (long g = 0; g < group; g++) {
              alibi.write(buffer, head(firstPair + p, group, g), firstKey, firstKey + keys);
            }
          }
        });
  }

  /** [pairs, group * rows, 1]. */
  private NDArray sink(NDManager manager, long pairs, long group, long rows, long firstPair) {
    float[] sinks = rule.sinks().orElseThrow();
    return HostArrays.floats(
        manager,
        new Shape(pairs, group * rows, 1),
        buffer -> {
          for (long p = 0; p < pairs; p++) {
            for (long g = 0; g < group; g++) {
              float sink = sinks[head(firstPair + p, group, g)];
              for (long r = 0; r < rows; r++) {
                buffer.put(sink);
              }
            }
          }
        });
  }
}
