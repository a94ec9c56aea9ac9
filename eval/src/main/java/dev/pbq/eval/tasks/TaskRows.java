package dev.pbq.eval.tasks;

import java.util.List;
import java.util.Optional;

/**
 * The rows of a task's data that were used.
 *
 * @param split that was evaluated
 * @param sha256 of the rows of the whole file
 * @param original rows in the file
 * @param effective questions that were scored
 * @param skipped row numbers, from 0, that were left out: an answer longer than the model's context
 * @param exampleSplit where few-shot examples came from
 */
public record TaskRows(
    String split,
    String sha256,
    int original,
    int effective,
    List<Integer> skipped,
    Optional<String> exampleSplit) {
  public TaskRows {
    skipped = List.copyOf(skipped);
  }
}
