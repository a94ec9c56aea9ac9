/**
 * How fast this machine multiplies with stored weights, and what that allows a model. Imports the
 * core's {@code checkpoint}, {@code model}, {@code packed}, {@code tensor} and {@code parallel},
 * {@code kernels}, and {@code eval.run} for the engine's figures.
 */
package dev.pbq.workflow.speed;
