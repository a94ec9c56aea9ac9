/**
 * HQQ, half-quadratic quantization (Badri and Shaji, 2023; reference program hqq 0.2.8.post1): the
 * method as the pipeline sees it, its settings, and what its parameters become when stored. Imports
 * {@code core}'s {@code linalg}, {@code packed}, {@code quant} and {@code tensor}, and the solver.
 */
package dev.pbq.hqq;
