/**
 * Zero- and few-shot tasks as lm-evaluation-harness defines them: prompts, the requests made of
 * them, and accuracies. Imports {@code core}, {@code dev.pbq.eval.scoring} and the records of
 * {@code dev.pbq.eval}.
 */
package dev.pbq.eval.tasks;
