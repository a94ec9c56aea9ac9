/**
 * Measuring a model: perplexity by named protocols. Imports {@code core}; knows no quantization
 * algorithm.
 */
package dev.pbq.eval;
