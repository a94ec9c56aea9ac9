package dev.pbq.eval.tasks;

import dev.pbq.eval.MeanAndError;
import java.util.Optional;

/**
 * The accuracy of a model on a task.
 *
 * @param acc share of questions whose right answer is the likeliest, or was said greedily
 * @param accNorm the same with log-likelihoods per character, where the task has it
 * @param perplexity of the continuations, where the task has it; its error is first-order
 * @param correct the count behind {@code acc}
 * @param correctNorm the count behind {@code accNorm}; 0 without it
 */
public record TaskAccuracy(
    MeanAndError acc,
    Optional<MeanAndError> accNorm,
    Optional<MeanAndError> perplexity,
    int correct,
    int correctNorm) {}
