/**
 * The distance of a quantized model's predictions from the original's: Kullback-Leibler divergence,
 * agreement of the most likely token, change of the correct token's probability, ratio of
 * perplexities; and the file in which the original's log-probabilities are kept. Imports {@code
 * core} and {@code dev.pbq.eval}.
 */
package dev.pbq.eval.distance;
