/**
 * Products of stored weights with activations: what a {@link dev.pbq.kernels.PackedProduct} is, and
 * one for each storage family and for dense tensors. Imports {@code core}'s {@code tensor}, {@code
 * packed}, {@code entropy} and {@code parallel}, and the packages below it.
 */
package dev.pbq.kernels;
