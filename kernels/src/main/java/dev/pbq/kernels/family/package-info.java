/**
 * How the weights of each storage family become what the loops read. Imports {@code core}'s {@code
 * tensor}, {@code packed}, {@code entropy} and {@code parallel}, and {@code form}.
 */
package dev.pbq.kernels.family;
