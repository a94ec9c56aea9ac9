package dev.pbq.eval.tasks;

import dev.pbq.eval.MeanAndError;
import java.util.List;
import java.util.Optional;

/**
 * What one task gave.
 *
 * @param split that was evaluated
 * @param dataSha256 of the rows of the whole file
 * @param original rows in the file
 * @param effective questions that were scored
 * @param skipped row numbers, from 0, that were left out: an answer longer than the model's context
 * @param cut how many requests lost the beginning of their context
 * @param acc share of questions whose right answer is the likeliest, or was said greedily
 * @param accNorm the same with log-likelihoods per character, where the task has it
 * @param perplexity of the continuations, where the task has it; its error is first-order
 * @param correct the count behind {@code acc}
 * @param correctNorm the count behind {@code accNorm}; 0 without it
 * @param exampleSplit where few-shot examples came from
 * @param requests context and continuation pairs that were scored
 * @param tokens that were run, padding left out
 * @param seconds of wall time
 */
public record TaskResult(
    Task task,
    String split,
    String dataSha256,
    int original,
    int effective,
    List<Integer> skipped,
    int cut,
    MeanAndError acc,
    Optional<MeanAndError> accNorm,
    Optional<MeanAndError> perplexity,
    int correct,
    int correctNorm,
    Optional<String> exampleSplit,
    int requests,
    long tokens,
    double seconds) {
  public TaskResult {
    skipped = List.copyOf(skipped);
  }
}
