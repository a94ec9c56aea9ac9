package dev.pbq.eval.tasks;

import java.util.OptionalInt;

/**
 * The settings of a run over tasks.
 *
 * @param limit at most so many rows of each task, from the start
 * @param shots examples before each question
 * @param seed that examples are drawn with; the harness' is 1234
 * @param style whose prompts
 * @param batchTokens tokens run at once; empty for what suits the model
 */
public record TaskSettings(
    OptionalInt limit, int shots, long seed, PromptStyle style, OptionalInt batchTokens) {
  /** The harness' seed for examples. */
  public static final long HARNESS_SEED = 1234;

  /** Zero-shot, all rows, today's prompts. */
  public static TaskSettings zeroShot(OptionalInt limit) {
    return new TaskSettings(limit, 0, HARNESS_SEED, PromptStyle.LM_EVAL, OptionalInt.empty());
  }
}
