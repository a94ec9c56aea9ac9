/**
 * How fast this machine multiplies with stored weights and what that allows a model; how fast it
 * does what a quantization consists of, and how long one will take. Imports the core (not {@code
 * train} or the other packages of {@code dev.pbq.workflow}), {@code kernels}, and {@code eval.run}
 * for the engine's figures.
 */
package dev.pbq.workflow.speed;
