/**
 * Products with HQQ's codes as they are, without dequantized weights (see "Algebra" in {@code
 * docs/methods/hqq.md}, after "Towards 1-bit Machine Learning Models"). Pure numbers in float64:
 * what a packed product must compute, in one place. Imports {@code core}'s {@code packed} (groups)
 * and {@code tensor} alone.
 */
package dev.pbq.hqq.algebra;
