package dev.pbq.core.model;

/**
 * Likelihoods of chosen tokens.
 *
 * @param nll [rows]: -log p of each token, in nats
 * @param greedy [rows]: whether no token of the vocabulary has a larger logit
 */
public record TokenScores(float[] nll, boolean[] greedy) {}
