/**
 * The interface that every algorithm implements: one weight matrix and its Hessian in, one {@link
 * dev.pbq.core.packed.QuantizedLinear} out; and what describes methods: {@link
 * dev.pbq.core.quant.Methods} finds them, {@link dev.pbq.core.quant.Setting} describes their
 * settings. Imports {@code tensor}, {@code linalg}, {@code packed}, {@code json}; knows nothing of
 * files, models or the command line.
 */
package dev.pbq.core.quant;
