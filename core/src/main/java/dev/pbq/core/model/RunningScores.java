package dev.pbq.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.LongBuffer;
import java.util.Arrays;

/**
 * Likelihoods of chosen tokens, put together while the vocabulary passes by in pieces: for each row
 * the largest logit so far, the sum of exp(logit - largest), and the logit of the token.
 */
final class RunningScores {
  private final int[] targets;
  private final double[] largest;
  private final double[] sum;
  private final double[] target;

  /**
   * Starts with no vocabulary.
   *
   * @param targets the token of each row
   */
  RunningScores(int[] targets) {
    this.targets = targets;
    this.largest = new double[targets.length];
    this.sum = new double[targets.length];
    this.target = new double[targets.length];
    Arrays.fill(largest, Double.NEGATIVE_INFINITY);
  }

  /**
   * Adds a piece of the vocabulary for some rows.
   *
   * @param logits [rows, tokens of the piece]; changed
   * @param from index of the first of the rows
   * @param firstToken of the piece
   */
  void add(NDArray logits, int from, int firstToken) {
    int count = Math.toIntExact(logits.getShape().get(0));
    int size = Math.toIntExact(logits.getShape().get(1));
    PieceSums sums = pieceSums(logits, from, firstToken, size);
    for (int i = 0; i < count; i++) {
      int row = from + i;
      double both = Math.max(largest[row], sums.largest()[i]);
      sum[row] =
          sum[row] * Math.exp(largest[row] - both)
              + sums.sum()[i] * Math.exp(sums.largest()[i] - both);
      largest[row] = both;
      int id = targets[row];
      if (id >= firstToken && id < firstToken + size) {
        target[row] = sums.largest()[i] + sums.target()[i];
      }
    }
  }

  /** The result, when the whole vocabulary has been added for every row. */
  TokenScores scores() {
    TokenScores scores = new TokenScores(new float[targets.length], new boolean[targets.length]);
    for (int i = 0; i < targets.length; i++) {
      scores.nll()[i] = (float) (largest[i] - target[i] + Math.log(sum[i]));
      scores.greedy()[i] = target[i] == largest[i];
    }
    return scores;
  }

  /**
   * Of one piece of the vocabulary, for each row: the largest logit, the sum of exp(logit -
   * largest), and the target's logit - largest (of some other token if the target is not there).
   */
  private record PieceSums(float[] largest, float[] sum, float[] target) {}

  private PieceSums pieceSums(NDArray logits, int from, int firstToken, int size) {
    try (NDArray highest = logits.max(new int[] {1}, true);
        NDArray index = targetIndex(logits, from, firstToken, size)) {
      logits.subi(highest);
      try (NDArray chosen = logits.gather(index, 1);
          NDArray exp = logits.exp();
          NDArray total = exp.sum(new int[] {1}, true)) {
        return new PieceSums(highest.toFloatArray(), total.toFloatArray(), chosen.toFloatArray());
      }
    }
  }

  /** int64 [rows, 1]. */
  private NDArray targetIndex(NDArray logits, int from, int firstToken, int size) {
    int count = Math.toIntExact(logits.getShape().get(0));
    LongBuffer index = LongBuffer.allocate(count);
    for (int i = 0; i < count; i++) {
      int id = targets[from + i] - firstToken;
      index.put(i, id >= 0 && id < size ? id : 0);
    }
    return logits.getManager().create(index, new Shape(count, 1), DataType.INT64);
  }
}
