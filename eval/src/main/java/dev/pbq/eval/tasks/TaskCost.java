package dev.pbq.eval.tasks;

/**
 * The cost of a task: requests, tokens and seconds.
 *
 * @param requests context and continuation pairs that were scored
 * @param cut how many requests lost the beginning of their context
 * @param tokens that were run, padding left out
 * @param seconds of wall time
 */
public record TaskCost(int requests, int cut, long tokens, double seconds) {}
