/**
 * Likelihoods of tokens under a model: the forward pass (all blocks in memory, or one at a time),
 * and the scores that are computed from its hidden states. Imports {@code core} and the records of
 * {@code dev.pbq.eval}; knows no protocol and no task.
 */
package dev.pbq.eval.scoring;
