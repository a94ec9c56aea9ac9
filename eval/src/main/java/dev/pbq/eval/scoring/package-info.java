/**
 * Running a model over sequences of tokens and reading likelihoods off it: the forward pass (all
 * blocks in memory, or one at a time), and what its hidden states are turned into. Imports {@code
 * core} and the records of {@code dev.pbq.eval}; knows no protocol and no task.
 */
package dev.pbq.eval.scoring;
