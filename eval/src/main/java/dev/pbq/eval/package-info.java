/**
 * Measuring a model: the records and statistics that all measurements share. How models are run is
 * in {@code scoring}, perplexity in {@code protocol}, zero-shot tasks in {@code tasks}; {@code run}
 * opens a model folder and measures it in one call. Imports {@code core}, and none of the packages
 * below; knows no quantization algorithm.
 */
package dev.pbq.eval;
