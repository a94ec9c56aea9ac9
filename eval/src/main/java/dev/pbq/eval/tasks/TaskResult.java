package dev.pbq.eval.tasks;

import dev.pbq.eval.MeanAndError;
import java.util.Optional;

/**
 * The result of one task.
 *
 * @param task that was run
 * @param rows which questions were asked
 * @param accuracy how they were answered
 * @param cost what it took
 */
public record TaskResult(Task task, TaskRows rows, TaskAccuracy accuracy, TaskCost cost) {
  /** Share of questions that were answered rightly. */
  public MeanAndError acc() {
    return accuracy.acc();
  }

  /** The same with log-likelihoods per character, where the task has it. */
  public Optional<MeanAndError> accNorm() {
    return accuracy.accNorm();
  }
}
