/**
 * Optimization in plain numbers: trained arrays with their gradients and moments, AdamW with
 * PyTorch's arithmetic, schedules of the learning rate. Imports {@code dev.pbq.core} and {@code
 * dev.pbq.core.parallel}; knows no engine and no model.
 */
package dev.pbq.train.optimizer;
