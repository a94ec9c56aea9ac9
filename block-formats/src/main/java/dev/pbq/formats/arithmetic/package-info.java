/**
 * The arithmetic of the seven number formats of llm-mixed-q (arXiv 2310.05079): how a float32
 * number becomes a code, what its block shares, and how tensors are cut into blocks. How codes are
 * decoded is in the core's {@code packed}. Imports the core's {@code tensor}, {@code linalg} and
 * {@code packed}.
 */
package dev.pbq.formats.arithmetic;
