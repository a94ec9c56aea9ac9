/**
 * The variance of activations and weights by block and operation, after llm-mixed-q (arXiv
 * 2310.05079, section on the scaling of activations with depth). Imports the core's {@code model},
 * {@code activation} and {@code tensor}.
 */
package dev.pbq.eval.profile;
