/**
 * Entropy-coded quantization: the method as the pipeline sees it, its settings, and the search for
 * the steps that meet a rate. Imports {@code core}'s {@code tensor}, {@code linalg}, {@code
 * packed}, {@code entropy}, {@code quant} and {@code parallel}, and the sweeps.
 */
package dev.pbq.ecq;
