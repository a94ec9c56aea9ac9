/**
 * Measuring encoders that classify texts: accuracy on labelled data. Imports {@code core} and
 * {@code eval}; knows no quantization algorithm.
 */
package dev.pbq.eval.classify;
