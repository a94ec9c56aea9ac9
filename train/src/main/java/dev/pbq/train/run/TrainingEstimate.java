package dev.pbq.train.run;

import dev.pbq.core.model.AttentionShape;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.Linear;
import dev.pbq.train.method.TrainingMethod;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What a training takes, before it begins: an estimate.
 *
 * @param linears that are trained
 * @param weights of these
 * @param storedBits of these in the result
 * @param paperBits per weight by the count of the method's original
 * @param memoryBytes at the peak
 * @param graphBytes of these what a batch leaves for its backward pass
 * @param stepOperations floating point operations of a step
 * @param steps of the run; 0 if they depend on the text's length
 */
public record TrainingEstimate(
    int linears,
    long weights,
    long storedBits,
    double paperBits,
    long memoryBytes,
    long graphBytes,
    double stepOperations,
    int steps) {
  /** Java and the engine, before any weight; measured on Linux. */
  private static final long BASE_BYTES = 350L << 20;

  /** Arrays [tokens, hidden size], and as wide as the outputs of a linear, that a block leaves. */
  private static final int HIDDEN_ARRAYS = 12;

  private static final int OUTPUT_ARRAYS = 2;

  /** Arrays [heads, tokens, tokens] that an attention leaves. */
  private static final int SCORE_ARRAYS = 4;

  /** Arrays [tokens, vocabulary] of the losses. */
  private static final int LOGIT_ARRAYS = 6;

  /** Arithmetic per core and second that products reach, in operations. */
  private static final double CORE_RATE = 60e9;

  static TrainingEstimate of(
      CausalModel model, TrainingMethod method, WindowSizes sizes, boolean recompute) {
    List<Linear> linears =
        IntStream.range(0, model.blocks())
            .boxed()
            .flatMap(b -> model.linearInputs(b).stream())
            .flatMap(input -> input.linears().stream())
            .toList();
    long weights = 0;
    long bits = 0;
    double paper = 0;
    double outputs = 0;
    for (Linear linear : linears) {
      int[] shape = model.linearShape(linear.name());
      long count = (long) shape[0] * shape[1];
      weights += count;
      bits += method.estimateStoredBits(shape[0], shape[1]);
      paper += count * method.paperBits(shape[0], shape[1]);
      outputs += shape[0];
    }
    AttentionShape heads = model.attention();
    double tokens = (double) sizes.batch() * sizes.tokens();
    double scores = tokens * sizes.tokens() * heads.heads() * SCORE_ARRAYS;
    double block =
        Float.BYTES
            * (tokens
                    * (HIDDEN_ARRAYS * (double) model.hiddenSize()
                        + OUTPUT_ARRAYS * outputs / model.blocks())
                + scores);
    double logits = (double) Float.BYTES * tokens * model.vocabularySize() * LOGIT_ARRAYS;
    double inputs = Float.BYTES * tokens * model.hiddenSize() * model.blocks();
    long graph = (long) (logits + (recompute ? inputs + block : block * model.blocks()));
    long table = (long) Float.BYTES * model.vocabularySize() * model.hiddenSize();
    boolean teacher = method.objective().needsTeacher();
    // In the engine: weights and gradients. Outside: trained values, gradients and two moments.
    long state = weights * Float.BYTES * (teacher ? 7L : 6L);
    long memory = BASE_BYTES + 2 * table * (teacher ? 2 : 1) + state + graph;
    int passes = 3 + (teacher ? 1 : 0) + (recompute ? 1 : 0);
    double head = (double) model.vocabularySize() * model.hiddenSize();
    double step = 2 * tokens * sizes.accumulate() * passes * (weights + head);
    return new TrainingEstimate(
        linears.size(),
        weights,
        bits,
        paper / weights,
        memory,
        graph,
        step,
        sizes.steps() == null ? 0 : sizes.steps());
  }

  /** How long a run of so many steps takes. */
  public double seconds(int allSteps, int threads) {
    return allSteps * stepOperations / (CORE_RATE * threads);
  }
}
