/**
 * Tuning of what is not codes: the scales, means and zero points of packed layers, and norms, by
 * distillation from the original model. One class for each storage family says how its numbers make
 * weights. Imports the core, {@code dev.pbq.eval.run} and the other packages of training.
 */
package dev.pbq.train.tune;
